package io.sluice.gateway.media.container;

/** Tracks that no container declares. */
public final class TestTracks {

    private TestTracks() {}

    public static MediaTrack video(int index) {
        return track(index, MediaTrack.Kind.VIDEO);
    }

    public static MediaTrack audio(int index) {
        return track(index, MediaTrack.Kind.AUDIO);
    }

    private static MediaTrack track(int index, MediaTrack.Kind kind) {
        MediaTrack track = new MediaTrack(index);
        track.kind = kind;
        return track;
    }
}
