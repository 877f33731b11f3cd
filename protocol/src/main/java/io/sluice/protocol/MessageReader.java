package io.sluice.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads messages from JSON fields; the counterpart of {@link MessageWriter}. */
final class MessageReader {

    private MessageReader() {}

    static Result<ClientMessage> clientMessage(String type, Fields in) {
        return switch (type) {
            case "open" -> in.result(open(in));
            case "resume" -> resume(in);
            case "stop" -> in.result(new Stop());
            default -> unknown(type, "open, resume, stop");
        };
    }

    static Result<ServerMessage> serverMessage(String type, Fields in) {
        return switch (type) {
            case "opened" -> opened(in);
            case "resumed" -> resumed(in);
            case "progress" -> progress(in);
            case "output" -> output(in);
            case "keyframe" -> in.result(new KeyFrame());
            case "warning" -> in.result(new Warning(in.string("code"), in.string("message")));
            case "draining" -> in.result(new Draining(in.count("endsInMs")));
            case "ended" -> in.result(new Ended(in.count("acceptedBytes"), in.count("outTimeMs")));
            case "failed" -> failed(in);
            default -> unknown(type, "opened, resumed, progress, output, keyframe, warning, draining, ended, failed");
        };
    }

    private static Open open(Fields in) {
        String streamKey = in.optionalString("streamKey");
        List<String> offers = in.strings("offers", Open.MAX_OFFERS);
        VideoSettings video = in.optionalObject("video", MessageReader::videoSettings);
        AudioSettings audio = in.optionalObject("audio", MessageReader::audioSettings);
        String token = in.optionalString("token");
        Integer progressIntervalMs =
                in.optionalInteger("progressIntervalMs", Open.MIN_PROGRESS_INTERVAL_MS, Open.MAX_PROGRESS_INTERVAL_MS);
        Set<ClientFeature> features = Arrays.stream(ClientFeature.values())
                .filter(feature -> in.optionalFlag(feature.wireName()))
                .collect(Collectors.toUnmodifiableSet());
        if (offers.isEmpty()) {
            in.refuse(
                    FailureCode.UNSUPPORTED_OFFER,
                    "The field \"offers\" is empty; offer at least one media type that the client can record.");
        }
        return new Open(streamKey, offers, video, audio, token, progressIntervalMs, features);
    }

    private static Result<ClientMessage> resume(Fields in) {
        return in.result(new Resume(
                in.string("sessionId"),
                in.string("token"),
                in.count("keptFromByte", Resume.MAX_POSITION),
                in.count("sentBytes", Resume.MAX_POSITION),
                in.optionalString("mimeType"),
                in.optionalObject("open", MessageReader::innerOpen)));
    }

    private static Open innerOpen(Fields in) {
        if (!in.string("type").equals("open")) {
            in.refuse(
                    FailureCode.MALFORMED_MESSAGE, "The object \"open\" inside resume has another type than \"open\".");
        }
        return open(in);
    }

    private static VideoSettings videoSettings(Fields in) {
        return new VideoSettings(
                in.optionalInteger("width", VideoSettings.MAX_SIDE),
                in.optionalInteger("height", VideoSettings.MAX_SIDE),
                in.optionalDecimal("frameRate", VideoSettings.MAX_FRAME_RATE),
                in.optionalInteger("bitsPerSecond", VideoSettings.MAX_BITS_PER_SECOND));
    }

    private static AudioSettings audioSettings(Fields in) {
        return new AudioSettings(
                in.optionalInteger("sampleRate", AudioSettings.MAX_SAMPLE_RATE),
                in.optionalInteger("channels", AudioSettings.MAX_CHANNELS),
                in.optionalInteger("bitsPerSecond", AudioSettings.MAX_BITS_PER_SECOND));
    }

    private static Result<ServerMessage> opened(Fields in) {
        return in.result(new Opened(
                in.string("sessionId"),
                in.string("mimeType"),
                in.optionalNamed("video", TrackHandling::ofWireName),
                in.optionalNamed("audio", TrackHandling::ofWireName),
                in.integer("timesliceMs"),
                in.integer("keyFrameIntervalMs"),
                in.count("maxBitsPerSecond"),
                in.integer("maxMessageBytes"),
                in.optionalObject("resume", MessageReader::grant)));
    }

    private static ResumeGrant grant(Fields in) {
        return new ResumeGrant(
                in.string("token"), in.count("windowMs"), in.count("maxKeptBytes"), in.optionalString("query"));
    }

    private static Result<ServerMessage> resumed(Fields in) {
        return in.result(new Resumed(
                in.named("mode", Resumed.Mode::ofWireName, Resumed.Mode.RESTART),
                in.string("sessionId"),
                in.count("nextByte"),
                in.optionalObject("resume", MessageReader::grant)));
    }

    private static Result<ServerMessage> output(Fields in) {
        return in.result(new Output(
                in.integer("index"),
                in.string("name"),
                in.named("state", Output.State::ofWireName, Output.State.FAILED),
                in.optionalNamed("code", FailureCode::ofReason),
                in.optionalString("message"),
                in.count("sinceMs"),
                in.count("restarts"),
                in.count("lostMs"),
                in.count("repeatedMs")));
    }

    private static Result<ServerMessage> progress(Fields in) {
        return in.result(new Progress(
                in.count("acceptedBytes"),
                in.count("queuedBytes"),
                in.count("outTimeMs"),
                in.decimal("framesPerSecond"),
                in.count("bitsPerSecond"),
                in.decimal("speed"),
                in.count("droppedFrames")));
    }

    private static Result<ServerMessage> failed(Fields in) {
        String reason = in.string("code");
        FailureCode code = FailureCode.ofReason(reason).orElse(FailureCode.INTERNAL_ERROR);
        if (!code.reason().equals(reason)) {
            in.refuse(FailureCode.MALFORMED_MESSAGE, "The field \"code\" is not a known failure code.");
        }
        String message = in.string("message");
        in.flag("retryable");
        return in.result(new Failed(code, message, in.optionalInteger("retryAfterMs", Integer.MAX_VALUE)));
    }

    /** Repeats the type only if it looks like one, so that a misplaced stream key does not end up in a log. */
    private static <T> Result<T> unknown(String type, String known) {
        String quoted = type.matches("[A-Za-z]{1,24}") ? " \"" + type + "\"" : "";
        return Result.refused(
                FailureCode.UNKNOWN_MESSAGE_TYPE, "Unknown message type" + quoted + "; known types are " + known + ".");
    }
}
