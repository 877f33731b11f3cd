/**
 * Which outputs a stream has: RTMP URLs from templates or from the authorizer, and the preview. The vocabulary that
 * planning and running FFmpeg share. Immutable, except for the preview directories, which are thread-safe.
 */
@NullMarked
package io.sluice.gateway.output;

import org.jspecify.annotations.NullMarked;
