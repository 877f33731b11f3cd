package io.sluice.protocol;

import java.util.Optional;
import java.util.function.Function;

/**
 * What became of input from outside: a value, or a refusal that says why. Parsing never throws.
 *
 * @param <T> what was asked for
 */
public sealed interface Result<T> {

    /**
     * The input was good.
     *
     * @param value what it says
     * @param <T> what was asked for
     */
    record Ok<T>(T value) implements Result<T> {
        @Override
        public <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused) {
            return ok.apply(value);
        }
    }

    /**
     * The input was refused.
     *
     * @param failure why, and what to do about it
     * @param <T> what was asked for
     */
    record Refused<T>(Failure failure) implements Result<T> {
        @Override
        public <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused) {
            return refused.apply(failure);
        }
    }

    /**
     * Applies the function that fits.
     *
     * @param ok applied to the value
     * @param refused applied to the failure
     * @param <R> what both functions return
     * @return what the applied function returned
     */
    <R> R fold(Function<? super T, ? extends R> ok, Function<? super Failure, ? extends R> refused);

    /**
     * Changes the value and leaves a refusal as it is.
     *
     * @param change applied to the value
     * @param <R> the new value's type
     * @return the changed value, or the same refusal
     */
    default <R> Result<R> map(Function<? super T, ? extends R> change) {
        return fold(value -> new Ok<>(change.apply(value)), Refused::new);
    }

    /**
     * Goes on with a step that may itself refuse.
     *
     * @param next applied to the value
     * @param <R> the next step's type
     * @return what the next step returned, or the same refusal
     */
    default <R> Result<R> flatMap(Function<? super T, Result<R>> next) {
        return fold(next, Refused::new);
    }

    /**
     * Forgets the reason of a refusal.
     *
     * @return the value, or nothing
     */
    default Optional<T> toOptional() {
        return fold(Optional::of, failure -> Optional.empty());
    }

    /**
     * The value, for input that the program itself wrote, such as a constant: a refusal is then a mistake in the program.
     *
     * @return the value
     * @throws IllegalArgumentException if the input was refused
     */
    default T orElseThrow() {
        return fold(Function.identity(), failure -> {
            throw new IllegalArgumentException(failure.message());
        });
    }

    /**
     * Accepts.
     *
     * @param value what the input says
     * @param <T> what was asked for
     * @return an {@link Ok}
     */
    static <T> Result<T> ok(T value) {
        return new Ok<>(value);
    }

    /**
     * Refuses.
     *
     * @param code what kind of failure it is
     * @param message what was wrong and what to do, in words for a human
     * @param <T> what was asked for
     * @return a {@link Refused}
     */
    static <T> Result<T> refused(FailureCode code, String message) {
        return new Refused<>(new Failure(code, message));
    }
}
