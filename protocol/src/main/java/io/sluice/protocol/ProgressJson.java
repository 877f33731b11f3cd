package io.sluice.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;

/** Writes {@link Progress} as JSON fields; the one place that names them, for control messages and the admin API. */
public final class ProgressJson {

    private ProgressJson() {}

    /**
     * Adds one field for each component of the progress.
     *
     * @param progress the progress to write; NaN and infinite values are written as 0
     * @param out the object that the fields are added to
     */
    public static void write(Progress progress, ObjectNode out) {
        out.put("acceptedBytes", progress.acceptedBytes())
                .put("queuedBytes", progress.queuedBytes())
                .put("outTimeMs", progress.outTimeMs())
                .put("framesPerSecond", decimal(progress.framesPerSecond()))
                .put("bitsPerSecond", progress.bitsPerSecond())
                .put("speed", decimal(progress.speed()))
                .put("droppedFrames", progress.droppedFrames());
    }

    /**
     * A number without trailing zeros and without a positive exponent, which some writers would print. JSON has no NaN
     * and no infinity, which FFmpeg's first progress reports contain.
     */
    static BigDecimal decimal(double number) {
        if (!Double.isFinite(number)) {
            return BigDecimal.ZERO;
        }
        BigDecimal stripped = BigDecimal.valueOf(number).stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
