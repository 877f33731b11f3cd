package io.sluice.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recognizes media that somebody encoded as text, or put into a message of another protocol, by its first characters.
 * The text is never quoted: it may contain a stream key.
 */
public enum EncodedMedia {
    /** {@code data:video/webm;base64,…}, which {@code FileReader.readAsDataURL} makes. */
    DATA_URL("a data URL", "Send the Blob itself in a binary frame, socket.send(event.data), without a FileReader."),
    /** Bytes in base64. */
    BASE64(
            "base64 text",
            "Send the bytes themselves in a binary frame, socket.send(event.data), without encoding them."),
    /** Engine.IO's and Socket.IO's framing. */
    SOCKET_IO(
            "a Socket.IO message",
            "Connect with a plain WebSocket, new WebSocket(url), and send each Blob in a binary frame."),
    /** A JSON message with media in one of its fields. */
    JSON(
            "JSON with media in it",
            "Send the media itself in binary frames, socket.send(event.data), without a message around it."),
    /** Bytes that are no text at all, such as from websocat without {@code -b}. */
    BYTES("media in a text frame", "Send media in binary frames; websocat does with -b.");

    private static final int INSPECTED_BYTES = 512;
    private static final int MIN_BASE64 = 64;

    /** The first bytes of WebM and of MP4 in base64. */
    private static final Pattern KNOWN_BASE64 = Pattern.compile("^(GkXfo|AAAA[A-Za-z0-9+/]GZ0eX)");

    private static final Pattern ANY_BASE64 = Pattern.compile("^[A-Za-z0-9+/_-]{" + MIN_BASE64 + ",}={0,2}\\s*$");

    /** A packet's type, a namespace, an identifier, and JSON; or the handshake's probe. */
    private static final Pattern FRAMING =
            Pattern.compile("^(\\d{1,2}(\\d*-)?(/[^,]{0,64},)?\\d{0,9}[\\[{]|[23]probe$)");

    private static final Pattern INSIDE_JSON = Pattern.compile(
            "^\\s*[\\[{].*\"(data:[a-z]+/|GkXfo|AAAA[A-Za-z0-9+/]GZ0eX|[A-Za-z0-9+/]{128})", Pattern.DOTALL);

    private final String description;
    private final String advice;

    EncodedMedia(String description, String advice) {
        this.description = description;
        this.advice = advice;
    }

    /**
     * Looks at the beginning of a message that was expected to be something else.
     *
     * @param start its first bytes, from position to limit; the buffer stays as it is
     * @return what it looks like, or empty if it does not look like media
     */
    public static Optional<EncodedMedia> in(ByteBuffer start) {
        byte[] bytes = new byte[Math.min(start.remaining(), INSPECTED_BYTES)];
        start.duplicate().get(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.startsWith("data:")) {
            return Optional.of(DATA_URL);
        }
        if (KNOWN_BASE64.matcher(text).find() || ANY_BASE64.matcher(text).find()) {
            return Optional.of(BASE64);
        }
        if (FRAMING.matcher(text).find()) {
            return Optional.of(SOCKET_IO);
        }
        if (INSIDE_JSON.matcher(text).find()) {
            return Optional.of(JSON);
        }
        boolean media =
                text.startsWith("\u001aE\u00df\u00a3") || text.startsWith("ftyp", 4) || text.startsWith("moof", 4);
        return media ? Optional.of(BYTES) : Optional.empty();
    }

    /**
     * What it is.
     *
     * @return such as "base64 text"
     */
    public String description() {
        return description;
    }

    /**
     * What to do instead.
     *
     * @return a sentence
     */
    public String advice() {
        return advice;
    }
}
