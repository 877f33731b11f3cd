package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.files.MalformedFileException;
import io.sluice.gateway.files.WatchedFile;
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

/**
 * Allows stream keys that are listed in a file. The file contains only hashes; {@link KeyFileEntry} creates its lines.
 * It is checked for changes with every request, so an added or removed line takes effect immediately; live streams
 * continue.
 *
 * <p>A request costs one HMAC-SHA256 per line, on threads of this authorizer.
 */
public final class KeyFileAuthorizer implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(KeyFileAuthorizer.class);
    private static final int MAX_KEYS = 10_000;

    private final WatchedFile<Keys> file;
    private final AuthorizationWork work = new AuthorizationWork("sluice-key-file");

    private KeyFileAuthorizer(WatchedFile<Keys> file) {
        this.file = file;
    }

    /** All keys of the file. */
    private record Keys(List<HashedKey> keys) {

        /** Compares all keys, so that timing does not reveal which one matches. */
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
     * @return an authorizer that follows changes of the file
     * @throws IOException with a message for operators if the file cannot be read or is not a key file
     */
    public static KeyFileAuthorizer reading(Path path) throws IOException {
        return new KeyFileAuthorizer(new WatchedFile<>(path, KeyFileAuthorizer::parse));
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        return AuthorizationWork.of(file).flatMap(keys -> work.call(() -> decide(keys, request)));
    }

    private static Authorization decide(Keys keys, PublishRequest request) {
        Optional<HashedKey> match = keys.find(request.streamKey());
        match.ifPresent(key -> LOG.info("[{}] authenticated as {}", request.sessionId(), key.name()));
        return match.<Authorization>map(HashedKey::authorization)
                .orElseGet(() -> Authorization.deny("Unknown stream key. Check the key."));
    }

    private static Keys parse(String text) throws MalformedFileException {
        // An empty file may be one that is being written; a comment states that no keys are intended.
        if (!text.endsWith("\n")) {
            throw new MalformedFileException(
                    text.isEmpty()
                            ? "the file is empty; add a comment line (#) if that is intended"
                            : "the last line has no line end; the file is truncated or still being written");
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
                keys.add(HashedKey.parse(line));
            } catch (MalformedFileException e) {
                throw new MalformedFileException("line " + number + ": " + e.getMessage());
            }
            if (!names.add(keys.get(keys.size() - 1).name()) || keys.size() > MAX_KEYS) {
                throw new MalformedFileException(
                        "line " + number + ": duplicate name, or more than " + MAX_KEYS + " keys");
            }
        }
        return new Keys(List.copyOf(keys));
    }

    @Override
    public void dispose() {
        file.dispose();
        work.dispose();
    }

    @Override
    public String toString() {
        return "key file " + file.path();
    }
}
