package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What was answered a moment ago, by the whole question: another address or another token is another question. Only answers are kept, and
 * no errors. What is kept of a question is a hash under a key that nobody knows, so that neither a copy of the memory nor a well-chosen
 * question says anything of the others. Thread-safe; bounded, the oldest goes first.
 */
final class AnswerCache {

    private static final int MAX_ANSWERS = 10_000;
    private static final String ALGORITHM = "HmacSHA256";

    private final long keepNanos;
    private final SecretKeySpec secret;
    private final Map<ByteBuffer, Kept> answers = new LinkedHashMap<>();

    private record Kept(Authorization answer, long sinceNanos) {}

    AnswerCache(Duration keep) {
        this.keepNanos = keep.toNanos();
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.secret = new SecretKeySpec(random, ALGORITHM);
        // The first use of an algorithm reads files, which must not happen on an event loop.
        hash("");
    }

    /** The answer from before, else the one that asking brings. */
    Mono<Authorization> get(String question, Mono<Authorization> asking) {
        return Mono.defer(() -> {
            ByteBuffer hash = hash(question);
            Authorization known = find(hash);
            return known == null ? asking.doOnNext(answer -> keep(hash, answer)) : Mono.just(known);
        });
    }

    private synchronized @Nullable Authorization find(ByteBuffer hash) {
        Kept kept = answers.get(hash);
        if (kept == null || System.nanoTime() - kept.sinceNanos() < keepNanos) {
            return kept == null ? null : kept.answer();
        }
        answers.remove(hash);
        return null;
    }

    private synchronized void keep(ByteBuffer hash, Authorization answer) {
        answers.remove(hash);
        answers.put(hash, new Kept(answer, System.nanoTime()));
        if (answers.size() > MAX_ANSWERS) {
            answers.remove(answers.keySet().iterator().next());
        }
    }

    private ByteBuffer hash(String question) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return ByteBuffer.wrap(mac.doFinal(question.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }
}
