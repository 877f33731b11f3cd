package io.sluice.gateway.ffmpeg.install;

/**
 * How an FFmpeg verifies the certificates of TLS servers, as {@link TlsTrial} observed it.
 *
 * @param verifies whether it refuses a certificate that is self-signed, expired, or for another host name
 * @param comparesAddresses whether it also refuses one for another host if the URL has an IP address
 * @param problem what it lacks, for operators; empty if it verifies
 */
public record TlsVerification(boolean verifies, boolean comparesAddresses, String problem) {

    /** That of an FFmpeg that was not tried. */
    static TlsVerification unknown(String problem) {
        return new TlsVerification(false, false, problem);
    }
}
