package dev.cress.identity;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.HybridDecrypt;
import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.Key;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.hybrid.HpkeParameters;
import com.google.crypto.tink.hybrid.HpkePrivateKey;
import com.google.crypto.tink.hybrid.HpkePublicKey;
import com.google.crypto.tink.hybrid.HybridConfig;
import com.google.crypto.tink.util.Bytes;
import com.google.crypto.tink.util.SecretBytes;

import java.security.GeneralSecurityException;

/// All that is used of Tink, from keys as plain bytes. Apart from who uses it, so that a program
/// which has nothing to seal loads none of Tink's 500 classes.
@AccessesPartialKey
final class Ciphers {
    private Ciphers() {}

    /// AES-256-GCM with random nonces of 96 bits, which stand before what they were used for.
    static Aead aead(byte[] key) throws GeneralSecurityException {
        AeadConfig.register();
        var parameters =
                AesGcmParameters.builder()
                        .setKeySizeBytes(DataKey.BYTES)
                        .setIvSizeBytes(12)
                        .setTagSizeBytes(16)
                        .setVariant(AesGcmParameters.Variant.NO_PREFIX)
                        .build();
        return keyset(
                        AesGcmKey.builder()
                                .setParameters(parameters)
                                .setKeyBytes(secret(key))
                                .build())
                .getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    static HybridEncrypt to(byte[] publicKey) throws GeneralSecurityException {
        HybridConfig.register();
        return keyset(publicKey(publicKey))
                .getPrimitive(RegistryConfiguration.get(), HybridEncrypt.class);
    }

    static HybridDecrypt of(byte[] publicKey, byte[] privateKey) throws GeneralSecurityException {
        HybridConfig.register();
        return keyset(HpkePrivateKey.create(publicKey(publicKey), secret(privateKey)))
                .getPrimitive(RegistryConfiguration.get(), HybridDecrypt.class);
    }

    /// HPKE (RFC 9180) in base mode.
    private static HpkePublicKey publicKey(byte[] bytes) throws GeneralSecurityException {
        var parameters =
                HpkeParameters.builder()
                        .setKemId(HpkeParameters.KemId.DHKEM_X25519_HKDF_SHA256)
                        .setKdfId(HpkeParameters.KdfId.HKDF_SHA256)
                        .setAeadId(HpkeParameters.AeadId.AES_256_GCM)
                        .setVariant(HpkeParameters.Variant.NO_PREFIX)
                        .build();
        return HpkePublicKey.create(parameters, Bytes.copyFrom(bytes), null);
    }

    private static KeysetHandle keyset(Key key) throws GeneralSecurityException {
        return KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.importKey(key).withRandomId().makePrimary())
                .build();
    }

    private static SecretBytes secret(byte[] bytes) {
        return SecretBytes.copyFrom(bytes, InsecureSecretKeyAccess.get());
    }
}
