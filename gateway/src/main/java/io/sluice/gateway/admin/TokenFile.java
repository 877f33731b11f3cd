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
 * Lets in who shows one of the bearer tokens that stand in a file, one to a line. The file is read with each request, so a token that is
 * taken out is worth nothing from then on, without a restart that would end streams; requests are few.
 */
public final class TokenFile implements AdminAccess {

    /** What RFC 6750 lets stand behind {@code Bearer}, and long enough that nobody guesses it. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,512}={0,2}");

    private static final String SCHEME = "Bearer ";
    private static final int MAX_BYTES = 64 * 1_024;

    private final Path path;

    private TokenFile(Path path) {
        this.path = path;
    }

    /**
     * Reads the file, to find out now what is wrong with it. Blocks.
     *
     * @param path the file; empty lines, and those that begin with {@code #}, are no tokens
     * @return access by its tokens
     * @throws IOException with words for the operator, which repeat nothing of the file, if it cannot be read or says something else
     */
    public static TokenFile reading(Path path) throws IOException {
        TokenFile file = new TokenFile(path);
        file.tokens();
        return file;
    }

    @Override
    public Mono<Boolean> allows(HttpServerRequest request) {
        String shown = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION, "");
        if (!shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Mono.just(false);
        }
        byte[] hash = hash(shown.substring(SCHEME.length()).strip());
        return Mono.fromCallable(() -> isOneOf(tokens(), hash)).subscribeOn(Schedulers.boundedElastic());
    }

    /** Hashes have one length, and all of them are looked at: how long that takes says nothing of the tokens. */
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
            throw new IOException("there is no token in " + path);
        }
        for (String line : lines) {
            if (!TOKEN.matcher(line).matches()) {
                throw new IOException(path + " must hold one token to a line, each of 16 to 512 letters, digits and "
                        + "-._~+/ and perhaps = at its end; 'openssl rand -hex 32' makes one");
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
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
