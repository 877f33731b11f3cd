package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.plan.StreamPlan.Encoding;
import io.sluice.gateway.media.container.MediaDetails.Transfer;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import java.util.Optional;

/** The filters of a picture that is transcoded to H.264 in 4:2:0. FFmpeg turns it upright before them. */
final class VideoFilters {

    /** A picture that follows sooner than this, in seconds, is dropped: 60 a second pass, of 120 every second one. */
    private static final String MIN_INTERVAL = "0.012";

    private VideoFilters() {}

    /** The value of {@code -vf}. */
    static String of(Encoding encoding) {
        Optional<VideoDetails> source = encoding.source().video();
        StringBuilder filters = new StringBuilder();
        filters.append("select='isnan(prev_selected_t)+gt(abs(t-prev_selected_t)," + MIN_INTERVAL + ")'");
        // H.264 in 4:2:0 needs even dimensions; a window or a canvas may have odd ones.
        filters.append(",crop=trunc(iw/2)*2:trunc(ih/2)*2");
        Optional<VideoDetails> sized = source.filter(VideoDetails::hasSize);
        sized.ifPresent(video -> filters.append(fit(even(video.width()), even(video.height()))));
        source.map(VideoDetails::transfer)
                .filter(Transfer::isHigh)
                .ifPresent(transfer -> filters.append(encoding.mapsTones() ? tones(transfer) : labels()));
        sized.ifPresent(video -> filters.append(",pad=" + even(video.width()) + ":" + even(video.height()) + ":-1:-1"));
        return filters.toString();
    }

    private static int even(int pixels) {
        return Math.max(2, pixels / 2 * 2);
    }

    /** A picture that has another size than the first is fitted into that, and not stretched. */
    private static String fit(int width, int height) {
        return ",scale=w='max(2,round(min(" + width + "," + height + "*dar)/2)*2)'" + ":h='max(2,round(min(" + height
                + "," + width + "/dar)/2)*2)',setsar=1";
    }

    /** Stated, because not every decoder passes on what the header says. */
    private static String tones(Transfer transfer) {
        return ",zscale=tin=" + (transfer == Transfer.PQ ? "smpte2084" : "arib-std-b67")
                + ":pin=bt2020:min=bt2020nc:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709"
                + ",tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:p=bt709:r=tv,format=yuv420p";
    }

    /** Without tone mapping the picture looks dull, but no player takes its 8 bits for a high dynamic range. */
    private static String labels() {
        return ",scale=in_color_matrix=bt2020:out_color_matrix=bt709,format=yuv420p"
                + ",setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709";
    }
}
