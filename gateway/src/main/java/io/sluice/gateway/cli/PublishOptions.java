package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.ffmpeg.install.TrustedAuthorities;
import io.sluice.gateway.output.PublishTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options of the outputs. */
@Reloadable
@OptionGroup("Publishing")
final class PublishOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--publish",
            paramLabel = "URL",
            split = "\\s+",
            converter = TemplateConverter.class,
            description = "RTMP or RTMPS URL to publish to, such as rtmp://host/app/{streamKey}; repeatable. "
                    + "Without it, streams can be watched at /watch/KEY.")
    private List<String> publish = new ArrayList<>();

    @Option(names = "--preview", description = "Published streams can be watched at /watch/KEY, too.")
    private boolean preview;

    @Option(
            names = "--enhanced-rtmp",
            description = "The receivers support Enhanced RTMP: copy HEVC, AV1, VP9 and Opus.")
    private boolean enhancedRtmp;

    @Option(
            names = "--output-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Maximum time that an RTMP server may block one read or write (default: ${DEFAULT-VALUE}).")
    private Duration outputTimeout = Duration.ZERO;

    @Option(
            names = "--output-ca-file",
            paramLabel = "FILE",
            description = "Certificate authorities (PEM) of rtmps:// outputs (default: the system's).")
    private @Nullable Path caFile;

    @Option(
            names = "--output-tls-insecure",
            description =
                    "Do not verify the certificates of rtmps:// outputs: send stream keys to any server that answers.")
    private boolean tlsInsecure;

    /** Checks the file of authorities. Blocks. */
    void check(InvalidOptions errors) {
        Path file = caFile;
        if (file != null) {
            errors.collect(() -> {
                try {
                    TrustedAuthorities.check(file);
                    return file;
                } catch (IOException e) {
                    throw InvalidOption.because(mixee, "--output-ca-file", e);
                }
            });
        }
    }

    /** The URLs as written; secrets. */
    List<String> publish() {
        return publish;
    }

    void applyTo(GatewayBuilder builder) {
        builder.publishTo(publish.toArray(String[]::new))
                .preview(preview || publish.isEmpty())
                .enhancedRtmp(enhancedRtmp)
                .outputTimeout(outputTimeout)
                .outputTlsInsecure(tlsInsecure);
        if (caFile != null) {
            builder.outputCaFile(caFile);
        }
    }

    /** Checks a publish URL. The message does not repeat it, because it may contain a key. */
    static final class TemplateConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            try {
                PublishTemplate.parse(value);
                return value;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
