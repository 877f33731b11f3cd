package io.sluice.e2e.harness;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;

/**
 * Signs JSON Web Tokens with a key of its own, by the JDK's means, so that another implementation than the gateway's
 * makes them.
 */
public final class Tokens {

    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair pair;

    public Tokens() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The public half, as {@code openssl pkey -pubout} prints it. */
    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** A token for one stream key, with its end and whatever more claims, each with a comma before it. */
    public String token(String streamKey, Instant end, String moreClaims) {
        String head = part("{\"alg\":\"ES256\",\"typ\":\"JWT\"}") + "."
                + part("{\"streamKey\":\"" + streamKey + "\",\"exp\":" + end.getEpochSecond() + moreClaims + "}");
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(head.getBytes(StandardCharsets.US_ASCII));
            return head + "." + TEXT.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String part(String json) {
        return TEXT.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
