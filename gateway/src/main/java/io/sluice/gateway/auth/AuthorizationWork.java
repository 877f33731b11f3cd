package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.files.WatchedFile;
import io.sluice.gateway.threads.BlockingPool;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The threads of one authorizer: what one computes takes none from another, nor from operators or the shutdown. More
 * work than can wait is an error, so the client is refused.
 */
final class AuthorizationWork implements Disposable {

    private static final int THREADS = 2;

    /** At 5 ms for ten thousand keys these take less than a second. */
    private static final int WAITING = 256;

    private final BlockingPool pool;

    AuthorizationWork(String name) {
        pool = new BlockingPool(name, THREADS, WAITING);
    }

    /** The content of a file; a file that cannot be read becomes an error of the authorizer. */
    static <T> Mono<T> of(WatchedFile<T> file) {
        return file.current()
                .onErrorMap(
                        IOException.class,
                        error -> new AuthorizationUnavailableException(String.valueOf(error.getMessage())));
    }

    /** Decides on one of the threads. */
    Mono<Authorization> call(Callable<Authorization> decision) {
        return pool.<Authorization>call(decision)
                .onErrorMap(
                        RejectedExecutionException.class,
                        error -> new AuthorizationUnavailableException(
                                "more than " + WAITING + " decisions are waiting; the machine is too busy"));
    }

    @Override
    public void dispose() {
        pool.dispose();
    }
}
