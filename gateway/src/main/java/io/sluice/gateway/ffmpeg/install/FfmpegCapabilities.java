package io.sluice.gateway.ffmpeg.install;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an FFmpeg build supports, as far as Sluice needs to know. Anything that could not be determined counts as
 * unsupported.
 *
 * @param version the reported version, such as {@code 8.1.2} or {@code N-118000-gabcdef}; {@code unknown} if there is
 *     none
 * @param libavformat the version of the library that reads and writes containers. Decisions use it, because builds from
 *     FFmpeg's repository report a revision instead of a release number
 * @param encoders names of encoders, such as {@code libx264}
 * @param decoders names of decoders, such as {@code vp9}
 * @param muxers names of output formats, such as {@code flv}
 * @param demuxers names of input formats with aliases listed separately, such as {@code matroska} and {@code webm}
 * @param outputProtocols names of protocols it can write to, such as {@code rtmps}
 * @param filters names of filters, such as {@code zscale}
 */
public record FfmpegCapabilities(
        String version,
        LibraryVersion libavformat,
        Set<String> encoders,
        Set<String> decoders,
        Set<String> muxers,
        Set<String> demuxers,
        Set<String> outputProtocols,
        Set<String> filters) {

    /** FFmpeg 6.1, the first release to write HEVC, AV1 and VP9 into FLV. */
    private static final LibraryVersion ENHANCED_VIDEO = new LibraryVersion(60, 16);

    /** FFmpeg 8.0, the first release to write Opus into FLV. */
    private static final LibraryVersion ENHANCED_AUDIO = new LibraryVersion(62, 3);

    private static final int FFMPEG_5 = 59;

    private static final Pattern VERSION = Pattern.compile("^ffmpeg version (\\S+)", Pattern.MULTILINE);
    private static final Pattern LIBAVFORMAT =
            Pattern.compile("^libavformat +\\d+\\. *\\d+\\. *\\d+ */ *(\\d+)\\. *(\\d+)", Pattern.MULTILINE);
    private static final Pattern CODEC =
            Pattern.compile("^ ([D.])([E.])[VASDT.]\\S{3} +(\\S+)(.*)$", Pattern.MULTILINE);
    private static final Pattern FILTER =
            Pattern.compile("^ [T.][S.][C.]? +(\\S+) +[AVN|]+->[AVN|]+ ", Pattern.MULTILINE);
    private static final Pattern FORMAT = Pattern.compile("^ ([D ])([E ])[d ]? *(\\S+) ", Pattern.MULTILINE);

    /**
     * Copies the sets.
     *
     * @param version the reported version
     * @param libavformat the container library's version
     * @param encoders names of encoders
     * @param decoders names of decoders
     * @param muxers names of output formats
     * @param demuxers names of input formats
     * @param outputProtocols names of protocols it can write to
     * @param filters names of filters
     */
    public FfmpegCapabilities {
        encoders = Set.copyOf(encoders);
        decoders = Set.copyOf(decoders);
        muxers = Set.copyOf(muxers);
        demuxers = Set.copyOf(demuxers);
        outputProtocols = Set.copyOf(outputProtocols);
        filters = Set.copyOf(filters);
    }

    /**
     * A library's version without the third number, which does not reflect features.
     *
     * @param major the first number
     * @param minor the second number
     */
    public record LibraryVersion(int major, int minor) {
        boolean isAtLeast(LibraryVersion other) {
            return major > other.major || (major == other.major && minor >= other.minor);
        }
    }

    /**
     * Whether it can write HEVC, AV1 and VP9 into FLV, and therefore publish them over RTMP.
     *
     * @return true from FFmpeg 6.1
     */
    public boolean writesEnhancedVideo() {
        return libavformat.isAtLeast(ENHANCED_VIDEO);
    }

    /**
     * Whether it can write Opus into FLV, and therefore publish it over RTMP.
     *
     * @return true from FFmpeg 8.0
     */
    public boolean writesEnhancedAudio() {
        return libavformat.isAtLeast(ENHANCED_AUDIO);
    }

    /**
     * Whether it processes packets in the order of its input. A newer one has a thread per codec: video that is copied
     * overtakes the first audio packet, and an output that does not wait for that one then refuses it as too early.
     *
     * @return true for FFmpeg 5
     */
    public boolean encodesInOrder() {
        return libavformat.major() == FFMPEG_5;
    }

    /**
     * Whether it can turn a picture of high dynamic range into one of standard range.
     *
     * @return true if it has the filters
     */
    public boolean mapsTones() {
        return filters.contains("zscale") && filters.contains("tonemap");
    }

    /**
     * Parses FFmpeg's lists. Any of them may be empty or malformed.
     *
     * @param versionText output of {@code -version}
     * @param codecs output of {@code -codecs}
     * @param formats output of {@code -formats}
     * @param protocols output of {@code -protocols}
     * @param filters output of {@code -filters}
     */
    static FfmpegCapabilities parse(
            String versionText, String codecs, String formats, String protocols, String filters) {
        Matcher version = VERSION.matcher(versionText);
        return new FfmpegCapabilities(
                version.find() ? version.group(1) : "unknown",
                libavformat(versionText),
                coders(codecs, 2, "encoders"),
                coders(codecs, 1, "decoders"),
                formats(formats, 2),
                formats(formats, 1),
                outputProtocols(protocols),
                FILTER.matcher(filters).results().map(m -> m.group(1)).collect(Collectors.toSet()));
    }

    private static LibraryVersion libavformat(String versionText) {
        Matcher m = LIBAVFORMAT.matcher(versionText);
        return m.find() && m.group(1).length() < 6 && m.group(2).length() < 6
                ? new LibraryVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)))
                : new LibraryVersion(0, 0);
    }

    /**
     * A codec whose only coder has the same name lists none; others are listed in parentheses after the description.
     */
    private static Set<String> coders(String codecs, int flag, String kind) {
        Pattern list = Pattern.compile("\\(" + kind + ": ([^)]*)\\)");
        return CODEC.matcher(codecs)
                .results()
                .filter(m -> !m.group(flag).equals("."))
                .flatMap(m -> {
                    Matcher names = list.matcher(m.group(4));
                    return names.find() ? Stream.of(names.group(1).trim().split(" +")) : Stream.of(m.group(3));
                })
                .collect(Collectors.toSet());
    }

    private static Set<String> formats(String formats, int flag) {
        return FORMAT.matcher(formats)
                .results()
                .filter(m -> !m.group(flag).equals(" "))
                .flatMap(m -> Stream.of(m.group(3).split(",")))
                .collect(Collectors.toSet());
    }

    private static Set<String> outputProtocols(String protocols) {
        int from = protocols.indexOf("Output:");
        return from < 0
                ? Set.of()
                : protocols
                        .substring(from + "Output:".length())
                        .lines()
                        .map(String::trim)
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.toSet());
    }
}
