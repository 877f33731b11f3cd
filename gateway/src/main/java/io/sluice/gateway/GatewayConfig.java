package io.sluice.gateway;

import io.sluice.gateway.session.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.websocket.OriginRule;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.ProxyTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is set up. Immutable; made by {@link GatewayBuilder}.
 *
 * @param publish where streams go, each with a place for the key
 * @param enhancedRtmp whether the receivers take Enhanced RTMP
 * @param preview whether streams can be watched at the gateway
 * @param previewLinger how long a preview can be fetched after its stream's end
 * @param ffmpeg the program to use, or null to look for one
 * @param ffmpegEnvironment names of variables that FFmpeg gets besides the usual few; a trailing {@code *} stands for any ending
 * @param outputTimeout how long an output may take nothing before FFmpeg gives it up
 * @param maxPendingStarts how many FFmpegs may wait to be started
 * @param limits the bounds of a stream
 * @param origins which pages may connect
 * @param proxies whose word about a client's address is taken
 * @param proxyHeader where they give it
 */
record GatewayConfig(
        List<PublishTemplate> publish,
        boolean enhancedRtmp,
        boolean preview,
        Duration previewLinger,
        @Nullable Path ffmpeg,
        List<String> ffmpegEnvironment,
        Duration outputTimeout,
        int maxPendingStarts,
        SessionLimits limits,
        OriginRule origins,
        ProxyTrust proxies,
        ProxyHeader proxyHeader) {}
