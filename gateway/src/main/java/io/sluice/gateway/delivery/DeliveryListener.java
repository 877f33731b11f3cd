package io.sluice.gateway.delivery;

import io.sluice.protocol.Failure;

/** Hears of a stream's outputs, on the stream's event loop. */
public interface DeliveryListener {

    /**
     * An output is in another state, or has lost or repeated media.
     *
     * @param status the output as it is now
     */
    void onOutputChanged(OutputStatus status);

    /**
     * An output was too slow, so a part of the stream was left out for it.
     *
     * @param index the output's position among the stream's outputs
     */
    void onGroupsSkipped(int index);

    /** An output starts again, and is the sooner up to date the sooner a key frame arrives. */
    void onKeyFrameWanted();

    /**
     * The stream cannot go on: its media is at fault, or the outputs that it needs have failed.
     *
     * @param failure why
     */
    void onFailed(Failure failure);

    /** Nothing runs for the stream any more. */
    void onEnded();
}
