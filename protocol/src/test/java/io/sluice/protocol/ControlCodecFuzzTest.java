package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a message that survives a round trip, or they are refused with a message that is safe for logs. */
class ControlCodecFuzzTest {

    private static final String KEY_IN_ITS_PLACE = "\"streamKey\":\"" + Samples.KEY + "\"";

    private final ControlCodec codec = new ControlCodec();

    static Stream<byte[]> seeds() {
        ControlCodec codec = new ControlCodec();
        return Stream.concat(
                        Stream.concat(Samples.FULL_CLIENT_MESSAGES.stream(), Samples.BARE_CLIENT_MESSAGES.stream())
                                .map(codec::encode),
                        Stream.concat(Samples.FULL_SERVER_MESSAGES.stream(), Samples.BARE_SERVER_MESSAGES.stream())
                                .map(codec::encode))
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void bytesAreAMessageOrARefusal(byte[] utf8) {
        Result<ClientMessage> fromBytes = codec.decode(utf8);
        String text = new String(utf8, UTF_8);
        if (text.indexOf('\ufffd') < 0) {
            assertThat(codec.decode(text)).isEqualTo(fromBytes);
        }
        boolean isKeyElsewhere = text.replace(KEY_IN_ITS_PLACE, "").contains(Samples.KEY);
        check(fromBytes, isKeyElsewhere, ok -> codec.decode(codec.encode(ok)));
        check(codec.decodeServerMessage(text), isKeyElsewhere, ok -> codec.decodeServerMessage(codec.encode(ok)));
    }

    private interface RoundTrip<M> {
        Result<M> apply(M message);
    }

    private static <M> void check(Result<M> result, boolean isKeyElsewhere, RoundTrip<M> roundTrip) {
        if (result instanceof Result.Ok<M> ok) {
            assertThat(roundTrip.apply(ok.value())).isEqualTo(result);
        } else if (isKeyElsewhere) {
            Refusals.assertSafeForLogs(result);
        } else {
            Refusals.assertSafeForLogsWithoutTheKey(result);
        }
    }
}
