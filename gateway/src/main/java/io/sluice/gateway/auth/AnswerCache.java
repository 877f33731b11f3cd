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
 * A cache of recent answers, keyed by the complete request: another address or token is another key. Errors are not
 * cached. Requests are stored only as a hash under a random key, so that neither a memory dump nor a crafted request
 * reveals anything about other requests. Thread-safe; bounded, with the oldest entry evicted first.
 */
final class AnswerCache {

    private static final int MAX_ENTRIES = 10_000;
    private static final String ALGORITHM = "HmacSHA256";

    private final long ttlNanos;
    private final SecretKeySpec secret;
    private final Map<ByteBuffer, Entry> answers = new LinkedHashMap<>();

    private record Entry(Authorization answer, long sinceNanos) {}

    AnswerCache(Duration ttl) {
        this.ttlNanos = ttl.toNanos();
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.secret = new SecretKeySpec(random, ALGORITHM);
        // The first use of an algorithm reads files, which must not happen on an event loop.
        hash("");
    }

    /** The cached answer, otherwise the one from the source, which is then cached. */
    Mono<Authorization> get(String request, Mono<Authorization> source) {
        return Mono.defer(() -> {
            ByteBuffer hash = hash(request);
            Authorization cached = find(hash);
            return cached == null ? source.doOnNext(answer -> put(hash, answer)) : Mono.just(cached);
        });
    }

    private synchronized @Nullable Authorization find(ByteBuffer hash) {
        Entry entry = answers.get(hash);
        if (entry == null || System.nanoTime() - entry.sinceNanos() < ttlNanos) {
            return entry == null ? null : entry.answer();
        }
        answers.remove(hash);
        return null;
    }

    private synchronized void put(ByteBuffer hash, Authorization answer) {
        answers.remove(hash);
        answers.put(hash, new Entry(answer, System.nanoTime()));
        if (answers.size() > MAX_ENTRIES) {
            answers.remove(answers.keySet().iterator().next());
        }
    }

    private ByteBuffer hash(String request) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return ByteBuffer.wrap(mac.doFinal(request.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform supports " + ALGORITHM, e);
        }
    }
}
