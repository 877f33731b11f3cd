package io.sluice.gateway.media;

import io.sluice.gateway.media.ReplayBuffer.Group;
import java.time.Duration;

/** Hears that a reader was too late, and what it therefore does not get. Called on the event loop. */
@FunctionalInterface
public interface SkipListener {

    /**
     * The reader leaves out what is between a boundary and a group. It may not have delivered all bytes in front of the
     * boundary yet. It may skip again, from the group on, before it has delivered anything of the group.
     *
     * @param fromPosition of the first byte that is left out
     * @param toGroup where it goes on
     * @param lostTime the media time that is left out, not negative
     */
    void onSkip(long fromPosition, Group toGroup, Duration lostTime);
}
