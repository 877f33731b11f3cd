package io.sluice.protocol;

import java.util.Optional;
import java.util.function.Function;

/**
 * The result of a step that can fail: a value, or the failure. Steps that return it do not throw.
 *
 * @param <T> the type of the value
 */
public sealed interface Result<T> {

    /**
     * The step succeeded.
     *
     * @param value the value
     * @param <T> the type of the value
     */
    record Ok<T>(T value) implements Result<T> {
        @Override
        public <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused) {
            return ok.apply(value);
        }
    }

    /**
     * The step failed.
     *
     * @param failure what happened and what to do
     * @param <T> the type of the value that there would have been
     */
    record Refused<T>(Failure failure) implements Result<T> {
        @Override
        public <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused) {
            return refused.apply(failure);
        }
    }

    /**
     * Applies one of two functions.
     *
     * @param ok applied to the value
     * @param refused applied to the failure
     * @param <R> the result type of both functions
     * @return the result of the applied function
     */
    <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused);

    /**
     * Transforms the value and keeps a failure.
     *
     * @param mapper applied to the value
     * @param <R> the type of the new value
     * @return the new value, or the same failure
     */
    default <R> Result<R> map(Function<? super T, ? extends R> mapper) {
        return fold(value -> new Ok<>(mapper.apply(value)), Refused::new);
    }

    /**
     * Continues with a step that can itself fail.
     *
     * @param next applied to the value
     * @param <R> the type of the next step's value
     * @return the next step's result, or the same failure
     */
    default <R> Result<R> flatMap(Function<? super T, Result<R>> next) {
        return fold(next, Refused::new);
    }

    /**
     * Discards the failure.
     *
     * @return the value, or empty after a failure
     */
    default Optional<T> toOptional() {
        return fold(Optional::of, failure -> Optional.empty());
    }

    /**
     * The value, for input that the program itself supplies, such as a constant: a failure is then a bug.
     *
     * @return the value
     * @throws IllegalArgumentException with the failure's message if the step failed
     */
    default T orElseThrow() {
        return fold(Function.identity(), failure -> {
            throw new IllegalArgumentException(failure.message());
        });
    }

    /**
     * Creates a success.
     *
     * @param value the value
     * @param <T> the type of the value
     * @return an {@link Ok}
     */
    static <T> Result<T> ok(T value) {
        return new Ok<>(value);
    }

    /**
     * Creates a failure.
     *
     * @param code the kind of failure
     * @param message what happened and what to do, for a human
     * @param <T> the type of the value that there would have been
     * @return a {@link Refused}
     */
    static <T> Result<T> refused(FailureCode code, String message) {
        return new Refused<>(new Failure(code, message));
    }
}
