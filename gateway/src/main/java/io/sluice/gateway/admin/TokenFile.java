package io.sluice.gateway.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Allows requests that present one of the bearer tokens in a file, one token per line. The file is read for every
 * request, so removing a token revokes it immediately, without a restart that would end streams; requests are rare.
 */
public final class TokenFile implements AdminAccess {

    /** The syntax of RFC 6750, long enough that a token cannot be guessed. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,512}={0,2}");

    private static final String SCHEME = "Bearer ";
    private static final int MAX_BYTES = 64 * 1_024;

    private final Path path;

    private TokenFile(Path path) {
        this.path = path;
    }

    /**
     * Reads the file once, to detect errors early. Blocks.
     *
     * @param path the file; empty lines and lines that start with {@code #} are ignored
     * @return access by the tokens in the file
     * @throws IOException with a message for operators that does not repeat the content, if the file cannot be read, is
     *     malformed or contains no token
     */
    public static TokenFile reading(Path path) throws IOException {
        TokenFile file = new TokenFile(path);
        file.tokens();
        return file;
    }

    @Override
    public Mono<Boolean> allows(HttpServerRequest request) {
        String authorization = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION, "");
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Mono.just(false);
        }
        byte[] hash = hash(authorization.substring(SCHEME.length()).strip());
        return Mono.fromCallable(() -> isOneOf(tokens(), hash)).subscribeOn(Schedulers.boundedElastic());
    }

    /** Compares hashes of equal length, and all of them, so that timing reveals nothing about the tokens. */
    private static boolean isOneOf(List<String> tokens, byte[] hash) {
        boolean found = false;
        for (String token : tokens) {
            found |= MessageDigest.isEqual(hash(token), hash);
        }
        return found;
    }

    private List<String> tokens() throws IOException {
        List<String> lines = read().lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (lines.isEmpty()) {
            throw new IOException(path + " contains no token");
        }
        for (String line : lines) {
            if (!TOKEN.matcher(line).matches()) {
                throw new IOException(path + " must contain one token per line: 16 to 512 letters, digits and -._~+/, "
                        + "optionally followed by one or two =; 'openssl rand -hex 32' generates one");
            }
        }
        return lines;
    }

    private String read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(path + " is larger than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform supports SHA-256", e);
        }
    }
}
