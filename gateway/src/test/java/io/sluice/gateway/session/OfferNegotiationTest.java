package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Open;
import io.sluice.protocol.Result;
import io.sluice.protocol.VideoSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfferNegotiationTest {

    private static Result<Offer> of(String... offers) {
        return OfferNegotiation.of(
                new Open("key", List.of(offers), new VideoSettings(1_280, 720, 30.0, 2_500_000), null));
    }

    @Test
    void whatIsUnderstoodIsKeptInTheClientsOrderAndVerbatim() {
        Offer offer = of("video/webm;codecs=theora", "video/mp4", "image/png", "Video/WebM; codecs=\"VP8, opus\"")
                .orElseThrow();
        assertThat(offer.formats())
                .extracting(MediaFormat::mimeType)
                .containsExactly("video/mp4", "Video/WebM; codecs=\"VP8, opus\"");
        assertThat(offer.video()).isEqualTo(new VideoSettings(1_280, 720, 30.0, 2_500_000));
        assertThat(offer.audio()).isNull();
    }

    @Test
    void ifNothingIsUnderstoodTheFavouriteIsExplained() {
        Failure failure = of("video/webm;codecs=theora", "image/png").fold(ok -> null, refused -> refused);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(FailureCode.UNSUPPORTED_OFFER);
        assertThat(failure.message()).contains("theora");
    }

    @Test
    void noOffersAreRefused() {
        assertThat(of())
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.failure().code()).isEqualTo(FailureCode.UNSUPPORTED_OFFER));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', textBlock = """
            video/webm,                      true
            video/webm;codecs=vp8,           true
            'video/webm;codecs="vp8,opus"',  false
            video/webm;codecs=opus,          true
            audio/webm,                      true
            audio/webm;codecs=opus,          false
            text/plain,                      false
            """)
    void aTypeThatDoesNotNameAllOfItsCodecsLeavesThemOpen(String mimeType, boolean open) {
        assertThat(OfferNegotiation.leavesCodecsOpen(OfferNegotiation.ofMimeType(mimeType)))
                .isEqualTo(open);
    }
}
