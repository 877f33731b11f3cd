package io.sluice.gateway.auth;

import static io.sluice.gateway.auth.AuthorizerTester.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real tokens, signed with generated keys, verified with keys in files and at a real HTTP URL. */
class JwtAuthorizerTest {

    private static final JwtRules RULES = new JwtRules("streamKey", "us", "sluice", JwtRules.KNOWN_ALGORITHMS);
    private static final Instant END = Instant.parse("2100-01-01T00:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // Slow to generate.
    private static RSAKey rsa;

    @SuppressWarnings("NullAway.Init") // Set with the RSA key.
    private static ECKey ec;

    @BeforeAll
    static void keys() throws JOSEException {
        rsa = new RSAKeyGenerator(2048).keyID("rsa-1").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("us")
                .audience("sluice")
                .expirationTime(Date.from(END))
                .claim("streamKey", "anna");
    }

    private static String signed(JWSAlgorithm algorithm, String keyId, JWTClaimsSet claims) {
        try {
            SignedJWT token =
                    new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
            token.sign(JWSAlgorithm.Family.RSA.contains(algorithm) ? new RSASSASigner(rsa) : new ECDSASigner(ec));
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        return signed(JWSAlgorithm.ES256, "ec-1", claims.build());
    }

    private static Path keySet(JWK... keys) throws IOException {
        return Files.writeString(
                Files.createTempFile(folder, "keys", ".json"),
                new JWKSet(List.of(keys)).toPublicJWKSet().toString());
    }

    private static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static JwtAuthorizer authorizer() throws IOException {
        return JwtAuthorizer.withKeysIn(keySet(rsa, ec), RULES);
    }

    private static String denied(String token) throws IOException {
        return AuthorizerTester.denied(authorizer(), request("anna", token));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void aTokenWithAnRsaSignatureIsGood(String algorithm) throws IOException {
        String token = signed(JWSAlgorithm.parse(algorithm), "rsa-1", claims().build());
        AuthorizerTester.allowed(authorizer(), request("anna", token));
    }

    @Test
    void aValidTokenSetsKeyExpiryAndConditions() throws IOException {
        String token = signed(claims().claim("outputs", List.of("rtmp://a/b/c"))
                .claim("limits", Map.of("maxBitsPerSecond", 3_000_000)));
        assertThat(AuthorizerTester.allowed(authorizer(), request("anna", token)))
                .isEqualTo(new Allowed(
                        List.of("rtmp://a/b/c"), StreamKey.parse("anna").orElseThrow(), END, 3_000_000));
    }

    @Test
    void aTokenMayStandInPlaceOfTheKey() throws IOException {
        String token = signed(claims());
        assertThat(token.length()).isLessThanOrEqualTo(StreamKey.MAX_LENGTH);
        assertThat(AuthorizerTester.allowed(authorizer(), request(token)).streamKey())
                .isEqualTo(StreamKey.parse("anna").orElseThrow());
    }

    @Test
    void aTokenForAnotherKeyIsDenied() throws IOException {
        assertThat(AuthorizerTester.denied(authorizer(), request("bert", signed(claims()))))
                .contains("not for this stream key");
        assertThat(denied(signed(claims().claim("streamKey", null)))).contains("not for this stream key");
        assertThat(denied(signed(claims().claim("streamKey", List.of("anna"))))).contains("not for this stream key");
        assertThat(AuthorizerTester.denied(authorizer(), request(signed(claims().claim("streamKey", "a/../b")))))
                .contains("not for this stream key");
    }

    @Test
    void aTokenMustBeWithinItsValidity() throws IOException {
        assertThat(denied(signed(claims().expirationTime(Date.from(Instant.now().minusSeconds(1))))))
                .contains("has expired");
        assertThat(denied(signed(claims().expirationTime(null)))).contains("no expiry time");
        assertThat(denied(signed(claims().notBeforeTime(Date.from(Instant.now().plusSeconds(90))))))
                .contains("not valid yet");
        AuthorizerTester.allowed(
                authorizer(),
                request(
                        "anna",
                        signed(claims().notBeforeTime(Date.from(Instant.now().plusSeconds(5))))));
    }

    @Test
    void issuerAndAudienceMustMatch() throws IOException {
        assertThat(denied(signed(claims().issuer("them")))).contains("another issuer");
        assertThat(denied(signed(claims().issuer(null)))).contains("another issuer");
        assertThat(denied(signed(claims().audience("others")))).contains("another audience");
        assertThat(denied(signed(claims().audience((String) null)))).contains("another audience");
        AuthorizerTester.allowed(authorizer(), request("anna", signed(claims().audience(List.of("others", "sluice")))));
        JwtRules lax = new JwtRules("streamKey", null, null, JwtRules.KNOWN_ALGORITHMS);
        JwtAuthorizer lenient = JwtAuthorizer.withKeysIn(keySet(ec), lax);
        AuthorizerTester.allowed(
                lenient, request("anna", signed(claims().issuer("them").audience((String) null))));
        assertThat(AuthorizerTester.denied(lenient, request("anna", signed(claims()))))
                .contains("another audience");
    }

    @Test
    void aTokenWithoutASignatureIsNone() throws IOException {
        String none = new PlainJWT(claims().build()).serialize();
        assertThat(denied(none)).contains("A valid token is required");
        String[] parts = signed(claims()).split("\\.", -1);
        String header = encoded("{\"alg\":\"none\",\"kid\":\"ec-1\"}");
        for (String forged : List.of(
                header + "." + parts[1] + ".",
                header + "." + parts[1] + "." + parts[2],
                parts[0] + "." + parts[1] + ".")) {
            denied(forged);
        }
    }

    @Test
    void thePublicKeyCannotBeUsedAsAnHmacSecret() throws Exception {
        for (byte[] secret : List.of(
                pem(rsa.toPublicKey()).getBytes(StandardCharsets.US_ASCII),
                rsa.toPublicKey().getEncoded(),
                rsa.toPublicJWK().toString().getBytes(StandardCharsets.US_ASCII))) {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa-1").build(), claims().build());
            token.sign(new MACSigner(secret));
            assertThat(denied(token.serialize())).contains("not allowed");
        }
    }

    @Test
    void aTokenCannotBringItsOwnKey() throws Exception {
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        for (JWSHeader header : List.of(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec-1")
                        .jwk(stranger.toPublicJWK())
                        .build(),
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .jwkURL(URI.create("http://127.0.0.1:9/keys"))
                        .build(),
                new JWSHeader.Builder(JWSAlgorithm.ES256).build())) {
            SignedJWT token = new SignedJWT(header, claims().build());
            token.sign(new ECDSASigner(stranger));
            assertThat(denied(token.serialize())).contains("not signed with a known key");
        }
    }

    @Test
    void anyChangeInvalidatesAToken() throws IOException {
        String token = signed(claims());
        JwtAuthorizer authorizer = authorizer();
        AuthorizerTester.allowed(authorizer, request("anna", token));
        // The last character of each part has unused bits.
        for (int i = 0; i < token.length(); i++) {
            boolean last = i + 1 == token.length() || token.charAt(i + 1) == '.';
            if (!last) {
                char other = token.charAt(i) == 'A' ? 'B' : 'A';
                AuthorizerTester.denied(
                        authorizer, request("anna", token.substring(0, i) + other + token.substring(i + 1)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b",
                "a.b.c",
                "..",
                "a.b.c.d.e",
                "eyJhbGciOiJFUzI1NiJ9..",
                "{}",
                " ",
                "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdfQ.e30.AAAA"
            })
    void whatIsNoTokenIsRefused(String token) throws IOException {
        denied(token);
    }

    @Test
    void aTokenOfMegabytesIsNotEvenRead() throws IOException {
        assertThat(denied(signed(claims().claim("x", "y".repeat(1_000_000))))).contains("A valid token is required");
    }

    @Test
    void onlyTheListedAlgorithmsAreAccepted() throws IOException {
        JwtRules rsaOnly = new JwtRules("streamKey", "us", "sluice", Set.of("RS256"));
        JwtAuthorizer authorizer = JwtAuthorizer.withKeysIn(keySet(rsa, ec), rsaOnly);
        assertThat(AuthorizerTester.denied(authorizer, request("anna", signed(claims()))))
                .contains("not allowed");
        AuthorizerTester.allowed(authorizer, request("anna", signed(JWSAlgorithm.RS256, "rsa-1", claims().build())));
        for (String bad : List.of("none", "HS256", "EdDSA", "rs256", "")) {
            assertThatThrownBy(() -> new JwtRules("streamKey", null, null, Set.of("RS256", bad)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void invalidConditionsInATokenAreNoAnswer() throws IOException {
        AuthorizerTester.unavailable(
                authorizer(), request("anna", signed(claims().claim("limits", Map.of("maxStreams", 1)))));
        AuthorizerTester.unavailable(authorizer(), request("anna", signed(claims().claim("outputs", "rtmp://a/b"))));
    }

    @Test
    void keysInPemAreKeysToo() throws Exception {
        Path file = Files.writeString(
                folder.resolve("keys.pem"), "of the studio\n" + pem(rsa.toPublicKey()) + pem(ec.toPublicKey()));
        JwtAuthorizer authorizer = JwtAuthorizer.withKeysIn(file, RULES);
        AuthorizerTester.allowed(authorizer, request("anna", signed(claims())));
        AuthorizerTester.allowed(authorizer, request("anna", signed(JWSAlgorithm.PS384, "any name", claims().build())));
        Files.writeString(file, pem(rsa.toPublicKey()));
        assertThat(AuthorizerTester.denied(authorizer, request("anna", signed(claims()))))
                .contains("not signed with a known key");
        Files.writeString(file, pem(rsa.toPublicKey()) + "-----BEGIN PUBLIC KEY-----\nMFk");
        AuthorizerTester.allowed(authorizer, request("anna", signed(JWSAlgorithm.RS256, "rsa-1", claims().build())));
        Files.delete(file);
        AuthorizerTester.unavailable(authorizer, request("anna", signed(claims())));
    }

    @ParameterizedTest
    @CsvSource({
        "'', public keys",
        "'nothing\n', public keys",
        "'{}\n', Key Set",
        "'{\"keys\":[]}\n', public keys",
        "'{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}\n', public keys",
        "'-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', not a PUBLIC KEY",
        "'-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', neither RSA",
        "'-----BEGIN PUBLIC KEY-----\nAAAA\n', no end"
    })
    void aFileWithoutKeysIsRefused(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("none"), text);
        assertThatThrownBy(() -> JwtAuthorizer.withKeysIn(file, RULES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysAreFetchedOnceAndAgainWhenTheyWereRotated() throws Exception {
        try (Endpoint endpoint = new Endpoint().answering(200, "application/json", publicSet(rsa))) {
            JwtAuthorizer authorizer = fetching(endpoint, Duration.ofNanos(1), Duration.ofHours(1));
            AuthorizerTester.allowed(
                    authorizer, request("anna", signed(JWSAlgorithm.RS256, "rsa-1", claims().build())));
            AuthorizerTester.allowed(
                    authorizer, request("anna", signed(JWSAlgorithm.RS512, "rsa-1", claims().build())));
            assertThat(endpoint.requests()).hasSize(1);
            endpoint.answering(200, "application/json", publicSet(ec));
            AuthorizerTester.allowed(authorizer, request("anna", signed(claims())));
            assertThat(endpoint.requests()).hasSize(2);
            assertThat(AuthorizerTester.denied(
                            authorizer, request("anna", signed(JWSAlgorithm.RS256, "rsa-1", claims().build()))))
                    .contains("not signed with a known key");
        }
    }

    @Test
    void madeUpKeyIdsDoNotCauseUnlimitedFetches() {
        try (Endpoint endpoint = new Endpoint().answering(200, "application/json", publicSet(rsa))) {
            JwtAuthorizer authorizer = fetching(endpoint, Duration.ofHours(1), Duration.ofHours(1));
            for (int i = 0; i < 50; i++) {
                AuthorizerTester.denied(
                        authorizer, request("anna", signed(JWSAlgorithm.ES256, "made-up-" + i, claims().build())));
            }
            assertThat(endpoint.requests()).hasSize(1);
        }
    }

    @Test
    void whileTheUrlIsDownThePreviousKeysRemainValidForATime() throws Exception {
        String token = signed(JWSAlgorithm.RS256, "rsa-1", claims().build());
        try (Endpoint endpoint = new Endpoint().answering(200, "application/json", publicSet(rsa))) {
            JwtKeysUrl.Times never = new JwtKeysUrl.Times(Duration.ZERO, Duration.ZERO, Duration.ofHours(1));
            JwtKeysUrl.Times immediately = new JwtKeysUrl.Times(Duration.ZERO, Duration.ZERO, Duration.ZERO);
            JwtAuthorizer patient = fetching(endpoint, never);
            JwtAuthorizer strict = fetching(endpoint, immediately);
            AuthorizerTester.allowed(patient, request("anna", token));
            AuthorizerTester.allowed(strict, request("anna", token));
            for (String nonsense : List.of("", "{}", "nonsense")) {
                endpoint.answering(nonsense.isEmpty() ? 500 : 200, "application/json", nonsense);
                AuthorizerTester.allowed(patient, request("anna", token));
                assertThat(AuthorizerTester.unavailable(strict, request("anna", token)))
                        .doesNotContain("s3cr3t");
            }
        }
    }

    @Test
    void withoutKeysAuthorizationIsUnavailable() {
        Endpoint endpoint = new Endpoint();
        endpoint.close();
        JwtAuthorizer authorizer = fetching(endpoint, Duration.ofHours(1), Duration.ofHours(1));
        assertThat(AuthorizerTester.unavailable(authorizer, request("anna", signed(claims()))))
                .contains("did not answer")
                .doesNotContain("s3cr3t");
    }

    private static String publicSet(JWK key) {
        return new JWKSet(key).toPublicJWKSet().toString();
    }

    private static JwtAuthorizer fetching(Endpoint endpoint, Duration pause, Duration refresh) {
        return fetching(endpoint, new JwtKeysUrl.Times(refresh, pause, Duration.ofHours(6)));
    }

    private static JwtAuthorizer fetching(Endpoint endpoint, JwtKeysUrl.Times times) {
        return new JwtAuthorizer(
                new JwtKeysUrl(AuthHttpClient.parseUrl(endpoint.url()), AuthorizerTester.PATIENCE, times), RULES);
    }
}
