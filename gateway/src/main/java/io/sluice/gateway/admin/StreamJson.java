package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.protocol.ProgressJson;
import io.sluice.protocol.TrackHandling;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Writes the status of sessions as JSON. Stream keys are redacted: nothing here reads their value. */
final class StreamJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private StreamJson() {}

    static ObjectNode list(Collection<SessionStatus> sessions) {
        ObjectNode out = NODES.objectNode();
        ArrayNode streams = out.putArray("streams");
        sessions.forEach(session -> streams.add(one(session)));
        return out;
    }

    static ObjectNode one(SessionStatus session) {
        ObjectNode out = NODES.objectNode()
                .put("sessionId", session.sessionId())
                .put("state", session.state().text())
                .put("way", session.negotiated() ? "negotiated" : "plain")
                .put("since", session.since().truncatedTo(ChronoUnit.MILLIS).toString());
        if (session.streamKey() != null) {
            out.put("streamKey", session.streamKey().toString());
        }
        if (session.peer().address() instanceof InetSocketAddress address) {
            out.put("peer", text(address));
        }
        put(out, session.media());
        session.failure().ifPresent(failure -> out.put("failure", failure.code().reason()));
        if (session.state() == SessionState.CLOSED) {
            out.put("inOrder", !session.forced());
        }
        return out;
    }

    private static void put(ObjectNode out, @Nullable Media media) {
        if (media == null) {
            return;
        }
        out.put("mimeType", media.mimeType());
        put(out, "video", media.video());
        put(out, "audio", media.audio());
        ArrayNode outputs = out.putArray("outputs");
        media.outputs().forEach(output -> outputs.add(output(output)));
        ProgressJson.write(media.progress(), out);
    }

    private static ObjectNode output(OutputStatus output) {
        ObjectNode out = NODES.objectNode()
                .put("name", output.name())
                .put("state", output.state().text())
                .put("since", output.since().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("restarts", output.restarts())
                .put("lostMs", output.lost().toMillis())
                .put("repeatedMs", output.repeated().toMillis());
        output.failure()
                .ifPresent(failure -> out.put("code", failure.code().reason()).put("message", failure.message()));
        return out;
    }

    private static void put(ObjectNode out, String name, @Nullable TrackHandling handling) {
        if (handling != null) {
            out.put(name, handling.wireName());
        }
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
