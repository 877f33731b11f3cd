package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * What every secret of the end-to-end tests has in it: a word that no log line, answer or file can have by accident. So
 * each of these tests also shows that no secret gets out, whatever else it is about. A gateway shows no more of a key
 * than its first four characters.
 *
 * <p>Who may see the secrets, and is not searched: the argument list of an FFmpeg that takes the URL in no other way,
 * and what it says to the RTMP server, which needs the whole of it; and the body of the question to a service that
 * decides, which is about the key.
 */
public final class Canary {

    private static final String WORD = "canary";

    /** A part of the number is enough, because text may be cut. */
    private static final Pattern SIGHTING = Pattern.compile(WORD + "[0-9a-f]{4,}", Pattern.CASE_INSENSITIVE);

    private static final int CONTEXT = 80;

    private Canary() {}

    /** A new secret that begins with the text. */
    public static String secret(String beginning) {
        return beginning + "_" + WORD
                + String.format("%016x", ThreadLocalRandom.current().nextLong());
    }

    /** Each place in the text, with what stands around it. */
    public static List<String> sightings(String where, String text) {
        return SIGHTING.matcher(text)
                .results()
                .map(found -> where + ": …"
                        + text.substring(
                                Math.max(0, found.start() - CONTEXT), Math.min(text.length(), found.end() + CONTEXT))
                        + "…")
                .toList();
    }

    /** Each file below the directory that has a secret in its name or in its content, media included. */
    public static List<String> sightingsBelow(Path directory) {
        List<String> all = new ArrayList<>();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                    String name = directory.relativize(file).toString();
                    all.addAll(sightings("the name of a file", name));
                    if (facts.isRegularFile()) {
                        all.addAll(sightings(name, Files.readString(file, StandardCharsets.ISO_8859_1)));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE; // Since it was listed, as a preview's segments go.
                }
            });
        } catch (NoSuchFileException e) {
            return sightingsBelow(directory); // Between being found and being read.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }
}
