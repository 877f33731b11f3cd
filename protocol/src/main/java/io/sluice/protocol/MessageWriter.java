package io.sluice.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Writes messages as JSON fields; the counterpart of {@link MessageReader}. Null fields are omitted. */
final class MessageWriter {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private MessageWriter() {}

    static ObjectNode json(ClientMessage message) {
        ObjectNode out = NODES.objectNode().put("type", message.type());
        if (message instanceof Open open) {
            put(out, "streamKey", open.streamKey());
            ArrayNode offers = out.putArray("offers");
            open.offers().forEach(offers::add);
            put(out, open.video());
            put(out, open.audio());
            put(out, "token", open.token());
            put(out, "progressIntervalMs", open.progressIntervalMs());
            if (open.draining()) {
                out.put("draining", true);
            }
        }
        return out;
    }

    static ObjectNode json(ServerMessage message) {
        ObjectNode out = NODES.objectNode().put("type", message.type());
        if (message instanceof Opened opened) {
            put(out, opened);
        } else if (message instanceof Progress progress) {
            ProgressJson.write(progress, out);
        } else if (message instanceof Draining draining) {
            out.put("endsInMs", draining.endsInMs());
        } else if (message instanceof Ended ended) {
            out.put("acceptedBytes", ended.acceptedBytes()).put("outTimeMs", ended.outTimeMs());
        } else if (message instanceof Failed failed) {
            out.put("code", failed.code().reason())
                    .put("message", failed.message())
                    .put("retryable", failed.retryable());
            put(out, "retryAfterMs", failed.retryAfterMs());
        }
        return out;
    }

    private static void put(ObjectNode out, @Nullable VideoSettings video) {
        if (video != null) {
            ObjectNode settings = out.putObject("video");
            put(settings, "width", video.width());
            put(settings, "height", video.height());
            Double frameRate = video.frameRate();
            if (frameRate != null) {
                settings.put("frameRate", ProgressJson.decimal(frameRate));
            }
            put(settings, "bitsPerSecond", video.bitsPerSecond());
        }
    }

    private static void put(ObjectNode out, @Nullable AudioSettings audio) {
        if (audio != null) {
            ObjectNode settings = out.putObject("audio");
            put(settings, "sampleRate", audio.sampleRate());
            put(settings, "channels", audio.channels());
            put(settings, "bitsPerSecond", audio.bitsPerSecond());
        }
    }

    private static void put(ObjectNode out, Opened opened) {
        out.put("sessionId", opened.sessionId()).put("mimeType", opened.mimeType());
        put(out, "video", opened.video());
        put(out, "audio", opened.audio());
        out.put("timesliceMs", opened.timesliceMs())
                .put("keyFrameIntervalMs", opened.keyFrameIntervalMs())
                .put("maxBitsPerSecond", opened.maxBitsPerSecond())
                .put("maxMessageBytes", opened.maxMessageBytes());
    }

    private static void put(ObjectNode out, String name, @Nullable String value) {
        if (value != null) {
            out.put(name, value);
        }
    }

    private static void put(ObjectNode out, String name, @Nullable Integer value) {
        if (value != null) {
            out.put(name, value);
        }
    }

    private static void put(ObjectNode out, String name, @Nullable TrackHandling value) {
        if (value != null) {
            out.put(name, value.wireName());
        }
    }
}
