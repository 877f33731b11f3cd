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
            put(out, open);
        } else if (message instanceof Resume resume) {
            out.put("sessionId", resume.sessionId())
                    .put("token", resume.token())
                    .put("keptFromByte", resume.keptFromByte())
                    .put("sentBytes", resume.sentBytes());
            put(out, "mimeType", resume.mimeType());
            Open open = resume.open();
            if (open != null) {
                out.set("open", json(open));
            }
        }
        return out;
    }

    private static void put(ObjectNode out, Open open) {
        put(out, "streamKey", open.streamKey());
        ArrayNode offers = out.putArray("offers");
        open.offers().forEach(offers::add);
        put(out, open.video());
        put(out, open.audio());
        put(out, "token", open.token());
        put(out, "progressIntervalMs", open.progressIntervalMs());
        for (ClientFeature feature : ClientFeature.values()) {
            if (open.has(feature)) {
                out.put(feature.wireName(), true);
            }
        }
    }

    static ObjectNode json(ServerMessage message) {
        ObjectNode out = NODES.objectNode().put("type", message.type());
        if (message instanceof Opened opened) {
            put(out, opened);
        } else if (message instanceof Resumed resumed) {
            out.put("mode", resumed.mode().wireName())
                    .put("sessionId", resumed.sessionId())
                    .put("nextByte", resumed.nextByte());
            put(out, resumed.resume());
        } else if (message instanceof Output output) {
            put(out, output);
        } else if (message instanceof Warning warning) {
            out.put("code", warning.code()).put("message", warning.message());
        } else if (message instanceof Progress progress) {
            ProgressJson.write(progress, out);
        } else if (message instanceof Draining draining) {
            out.put("endsInMs", draining.endsInMs());
        } else if (message instanceof Ended ended) {
            out.put("acceptedBytes", ended.acceptedBytes()).put("outTimeMs", ended.outTimeMs());
        } else if (message instanceof Failed failed) {
            out.put("code", failed.code().reason())
                    .put("message", failed.message())
                    .put("retryable", failed.code().retryable());
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
        put(out, opened.resume());
    }

    private static void put(ObjectNode out, @Nullable ResumeGrant grant) {
        if (grant != null) {
            ObjectNode resume = out.putObject("resume")
                    .put("token", grant.token())
                    .put("windowMs", grant.windowMs())
                    .put("maxKeptBytes", grant.maxKeptBytes());
            put(resume, "query", grant.query());
        }
    }

    private static void put(ObjectNode out, Output output) {
        out.put("index", output.index())
                .put("name", output.name())
                .put("state", output.state().wireName());
        FailureCode code = output.code();
        put(out, "code", code == null ? null : code.reason());
        put(out, "message", output.message());
        out.put("sinceMs", output.sinceMs())
                .put("restarts", output.restarts())
                .put("lostMs", output.lostMs())
                .put("repeatedMs", output.repeatedMs());
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
