package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.auth.WatchedFile.BrokenFileException;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Lets in whose stream key has a line in a file. The file holds hashes only; {@link KeyFileEntry} makes a line. It is looked at again with every
 * question, so a line that is added or taken out holds at once; a stream that is live already goes on.
 *
 * <p>A question costs one HMAC-SHA256 for each line, on the scheduler for blocking work.
 */
public final class KeyFileAuthorizer implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(KeyFileAuthorizer.class);
    private static final int MAX_KEYS = 10_000;

    private final WatchedFile<Keys> file;

    private KeyFileAuthorizer(WatchedFile<Keys> file) {
        this.file = file;
    }

    /** All lines. */
    private record Keys(List<HashedKey> keys) {

        /** Looks at all of them, whichever it is. */
        Optional<HashedKey> find(StreamKey key) {
            Mac mac = HashedKey.mac();
            HashedKey found = null;
            for (HashedKey candidate : keys) {
                found = candidate.matches(mac, key) ? candidate : found;
            }
            return Optional.ofNullable(found);
        }

        @Override
        public String toString() {
            return keys.size() + " keys";
        }
    }

    /**
     * Reads a key file. Blocks.
     *
     * @param path the file
     * @return an authorizer that follows the file's changes
     * @throws IOException with words for the operator if it cannot be read, or is no key file
     */
    public static KeyFileAuthorizer reading(Path path) throws IOException {
        return new KeyFileAuthorizer(new WatchedFile<>(path, KeyFileAuthorizer::keys));
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        return Mono.fromCallable(() -> decide(request)).subscribeOn(Schedulers.boundedElastic());
    }

    private Authorization decide(PublishRequest request) {
        Optional<HashedKey> known = file.current().find(request.streamKey());
        known.ifPresent(key -> LOG.info("[{}] has the key of {}", request.sessionId(), key.name()));
        return known.<Authorization>map(HashedKey::terms)
                .orElseGet(() -> Authorization.deny("This stream key is not known here: check it."));
    }

    private static Keys keys(String text) throws BrokenFileException {
        // Somebody who writes a file begins with an empty one. Who wants no keys can write a comment.
        if (!text.endsWith("\n")) {
            throw new BrokenFileException(
                    text.isEmpty()
                            ? "it is empty; a line that starts with # would say that this is meant"
                            : "its last line has no end: it is cut short, or is still being written");
        }
        List<HashedKey> keys = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            try {
                keys.add(HashedKey.read(line));
            } catch (BrokenFileException e) {
                throw new BrokenFileException("line " + number + ": " + e.getMessage());
            }
            if (!names.add(keys.get(keys.size() - 1).name()) || keys.size() > MAX_KEYS) {
                throw new BrokenFileException(
                        "line " + number + ": the name is taken, or there are more than " + MAX_KEYS + " keys");
            }
        }
        return new Keys(List.copyOf(keys));
    }

    @Override
    public String toString() {
        return "the key file " + file.path();
    }
}
