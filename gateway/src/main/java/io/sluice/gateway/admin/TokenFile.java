package io.sluice.gateway.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.sluice.gateway.files.MalformedFileException;
import io.sluice.gateway.files.WatchedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Allows requests that present one of the bearer tokens in a file, one token per line. The file is checked for changes
 * with every request, so removing a token revokes it immediately, without a restart that would end streams.
 */
public final class TokenFile implements AdminAccess {

    /** The syntax of RFC 6750, long enough that a token cannot be guessed. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,512}={0,2}");

    private static final String SCHEME = "Bearer ";
    private static final int MAX_LENGTH = 64 * 1_024;

    private final WatchedFile<Tokens> file;

    private TokenFile(WatchedFile<Tokens> file) {
        this.file = file;
    }

    /** The hashes of all tokens in the file. */
    private record Tokens(List<byte[]> hashes) {

        /** Compares hashes of equal length, and all of them, so that timing reveals nothing about the tokens. */
        boolean contain(byte[] hash) {
            boolean found = false;
            for (byte[] token : hashes) {
                found |= MessageDigest.isEqual(token, hash);
            }
            return found;
        }

        @Override
        public String toString() {
            return hashes.size() + " tokens";
        }
    }

    /**
     * Reads the file for the first time, to detect errors early. Blocks.
     *
     * @param path the file; empty lines and lines that start with {@code #} are ignored
     * @return access by the tokens in the file
     * @throws IOException with a message for operators that does not repeat the content, if the file cannot be read, is
     *     malformed or contains no token
     */
    public static TokenFile reading(Path path) throws IOException {
        WatchedFile<Tokens> file = new WatchedFile<>(path, TokenFile::parse);
        if (file.last().hashes().isEmpty()) {
            throw new MalformedFileException(path + " contains no token");
        }
        return new TokenFile(file);
    }

    @Override
    public Mono<Boolean> allows(HttpServerRequest request) {
        String authorization = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION, "");
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Mono.just(false);
        }
        byte[] hash = hash(authorization.substring(SCHEME.length()).strip());
        return file.current().map(tokens -> tokens.contain(hash));
    }

    /** A file with nothing but comments revokes all tokens; an empty one may be one that is being written. */
    private static Tokens parse(String text) throws MalformedFileException {
        if (text.isEmpty()) {
            throw new MalformedFileException("the file contains no token; add a comment line (#) if that is intended");
        }
        if (text.length() > MAX_LENGTH) {
            throw new MalformedFileException("the token file is larger than " + MAX_LENGTH + " characters");
        }
        List<byte[]> hashes = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!TOKEN.matcher(line).matches()) {
                throw new MalformedFileException("line " + number + " is no token; the file must contain one token per"
                        + " line: 16 to 512 letters, digits and -._~+/, optionally followed by one or two =;"
                        + " 'openssl rand -hex 32' generates one");
            }
            hashes.add(hash(line));
        }
        return new Tokens(List.copyOf(hashes));
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform supports SHA-256", e);
        }
    }
}
