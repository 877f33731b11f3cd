package io.sluice.gateway.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.sluice.gateway.files.MalformedFileException;
import io.sluice.gateway.files.WatchedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;

/** Public keys in a file: a JSON Web Key Set, or PEM blocks of type PUBLIC KEY. Follows changes of the file. */
final class JwtKeyFile implements JwtKeys {

    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private final WatchedFile<Keys> file;

    /** All keys of the file. */
    private record Keys(List<JWK> keys) {

        @Override
        public String toString() {
            return keys.size() + " public keys";
        }
    }

    JwtKeyFile(Path path) throws IOException {
        this.file = new WatchedFile<>(path, JwtKeyFile::parse);
    }

    @Override
    public Mono<List<JWK>> matching(JWSHeader header) {
        return AuthorizationWork.of(file).map(known -> JwtKeys.select(known.keys(), header));
    }

    private static Keys parse(String text) throws MalformedFileException {
        try {
            return new Keys(text.stripLeading().startsWith("{") ? JwtKeys.parseKeySet(text) : parsePem(text));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new MalformedFileException(String.valueOf(e.getMessage()));
        }
    }

    private static List<JWK> parsePem(String text) throws MalformedFileException, GeneralSecurityException {
        List<JWK> keys = new ArrayList<>();
        Matcher blocks = PEM.matcher(text);
        while (blocks.find()) {
            if (!blocks.group(1).equals("PUBLIC KEY")) {
                throw new MalformedFileException("a PEM block is not a PUBLIC KEY; openssl pkey -pubout creates one");
            }
            keys.add(key(Base64.getMimeDecoder().decode(blocks.group(2))));
        }
        boolean truncated = text.split("-----BEGIN ", -1).length - 1 != keys.size();
        if (keys.isEmpty() || truncated || keys.size() > MAX_KEYS) {
            throw new MalformedFileException(
                    truncated
                            ? "a PEM block has no end"
                            : "the file must contain 1 to " + MAX_KEYS
                                    + " public keys, in PEM or as a JSON Web Key Set");
        }
        return List.copyOf(keys);
    }

    private static JWK key(byte[] encoded) throws MalformedFileException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
        try {
            return new RSAKey.Builder(
                            (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec))
                    .build();
        } catch (GeneralSecurityException e) {
            // Not an RSA key; try EC.
        }
        try {
            ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
            return new ECKey.Builder(Curve.forECParameterSpec(key.getParams()), key).build();
        } catch (GeneralSecurityException | IllegalStateException e) {
            throw new MalformedFileException("a public key is neither RSA nor EC with the curve P-256, P-384 or P-521");
        }
    }

    @Override
    public void dispose() {
        file.dispose();
    }

    @Override
    public String toString() {
        return file.path().toString();
    }
}
