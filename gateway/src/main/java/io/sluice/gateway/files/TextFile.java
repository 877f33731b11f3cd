package io.sluice.gateway.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads UTF-8 text files up to a maximum size. */
public final class TextFile {

    /** Maximum size; far more than ten thousand keys need. */
    public static final int MAX_BYTES = 4 * 1_024 * 1_024;

    private TextFile() {}

    /**
     * Reads a whole file. Blocks.
     *
     * @param path the file
     * @return its text
     * @throws MalformedFileException if it is too large or not UTF-8; names the line
     * @throws IOException if it cannot be read
     */
    public static String read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new MalformedFileException("it is larger than " + MAX_BYTES + " bytes");
            }
            return decode(bytes);
        }
    }

    private static String decode(byte[] bytes) throws MalformedFileException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            long line = 1 + out.flip().chars().filter(c -> c == '\n').count();
            throw new MalformedFileException("line " + line + " is not UTF-8 text");
        }
        return out.flip().toString();
    }
}
