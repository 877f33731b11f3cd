package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Valid input with random, reproducible damage: whatever the input, the result is a value, never an exception. */
class MutationTest {

    private static final long SEED = 20_261_122;
    private static final int ROUNDS = 20_000;
    private static final String SPECIAL = "\"\\{}[]:,;=/. \t\n\0%é…\ud83c\udfa5\ud800-+0129eEx";

    private final Random random = new Random(SEED);
    private final ControlCodec codec = new ControlCodec();
    private int accepted;
    private int refused;

    @Test
    void noTextMakesTheCodecThrow() {
        List<String> seeds =
                Samples.FULL_CLIENT_MESSAGES.stream().map(codec::encode).toList();
        mutateText(seeds, text -> {
            Result<ClientMessage> parsed = codec.decode(text);
            count(parsed);
            if (parsed instanceof Result.Ok<ClientMessage> ok) {
                assertThat(codec.decode(codec.encode(ok.value()))).isEqualTo(parsed);
                assertThat(ok.value().toString()).doesNotContain(Samples.KEY);
            }
        });
    }

    @Test
    void noServerMessageMakesTheCodecThrow() {
        List<String> seeds = Stream.concat(Samples.FULL_SERVER_MESSAGES.stream(), Samples.BARE_SERVER_MESSAGES.stream())
                .map(codec::encode)
                .toList();
        mutateText(seeds, text -> count(codec.decodeServerMessage(text)));
    }

    @Test
    void noBytesMakeTheCodecThrow() {
        List<byte[]> seeds = Samples.FULL_CLIENT_MESSAGES.stream()
                .map(codec::encode)
                .map(text -> text.getBytes(UTF_8))
                .toList();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int hits = random.nextInt(4); hits >= 0; hits--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            count(codec.decode(random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes));
        }
        assertBothOutcomesOccurred();
    }

    @Test
    void noTextMakesAKeyThrow() {
        mutateText(List.of(Samples.KEY, "abcd-efgh-ijkl-mnop", "FB-1-0-Abc?s_bl=1&s_ps=1&a=Abx"), text -> {
            Result<StreamKey> parsed = StreamKey.parse(text);
            count(parsed);
            if (parsed instanceof Result.Ok<StreamKey> ok) {
                assertThat(text).matches("[A-Za-z0-9_~+:?=&-][A-Za-z0-9._~+:?=&-]{0,511}");
                assertThat(ok.value().value()).isEqualTo(text);
            }
        });
    }

    @Test
    void noTextMakesAMediaTypeThrow() {
        List<String> seeds = List.of(
                "video/webm;codecs=\"avc1.42E01F,opus\"",
                "video/x-matroska;codecs=avc1,opus",
                "audio/mp4; x=\"a\\\"b\"; codecs=mp4a.40.2",
                "video/webm");
        mutateText(seeds, text -> {
            Result<MediaFormat> parsed = MediaFormat.parse(text);
            count(parsed);
            if (parsed instanceof Result.Ok<MediaFormat> ok) {
                assertThat(ok.value().mimeType()).isEqualTo(text);
                assertThat(ok.value().audioOnly() && ok.value().video().isPresent())
                        .isFalse();
            }
        });
    }

    private void mutateText(List<String> seeds, Consumer<String> check) {
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            for (int hits = random.nextInt(4); hits >= 0; hits--) {
                mutate(text);
            }
            check.accept(text.toString());
        }
        assertBothOutcomesOccurred();
    }

    private void mutate(StringBuilder text) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + random.nextInt(12));
        switch (random.nextInt(6)) {
            case 0 -> text.insert(at, SPECIAL.charAt(random.nextInt(SPECIAL.length())));
            case 1 -> text.delete(at, to);
            case 2 -> text.insert(random.nextInt(text.length() + 1), text.substring(at, to));
            case 3 -> text.insert(at, (char) random.nextInt(Character.MAX_VALUE + 1));
            case 4 -> text.setLength(random.nextInt(8) == 0 ? at : text.length());
            default -> text.insert(at, random.nextLong());
        }
    }

    private void count(Result<?> parsed) {
        if (parsed instanceof Result.Refused<?> no) {
            refused++;
            assertThat(no.failure().message()).isNotBlank().doesNotContain(Samples.KEY, "\n", "\0");
            assertThat(no.failure().closeReason().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(123);
        } else {
            accepted++;
        }
    }

    /** A test that sees only one outcome proves little about the other. */
    private void assertBothOutcomesOccurred() {
        assertThat(accepted).isGreaterThan(ROUNDS / 100);
        assertThat(refused).isGreaterThan(ROUNDS / 100);
    }
}
