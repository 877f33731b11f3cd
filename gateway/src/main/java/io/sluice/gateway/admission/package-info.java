/**
 * What one stream, one address, one key and all of them together may use, and whether there is room for one more. Beside the data flow:
 * asked at its beginning and at its bounds, and knows nothing of connections, of media and of FFmpeg.
 *
 * <p>Each class says whether it is confined to a stream's event loop or shared by all of them; none ever blocks a caller.
 */
@NullMarked
package io.sluice.gateway.admission;

import org.jspecify.annotations.NullMarked;
