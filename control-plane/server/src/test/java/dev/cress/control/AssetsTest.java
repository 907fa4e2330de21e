package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Bundle;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Archives of files: taken in when they are sound, and named by manifests when they are there.
class AssetsTest {
    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    static byte[] archive(int method, String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            var entry = new ZipEntry("index.html");
            // the same bytes whenever it is made
            entry.setTime(0);
            if (method == ZipOutputStream.STORED) {
                var crc = new CRC32();
                crc.update(content.getBytes(UTF_8));
                entry.setCrc(crc.getValue());
                entry.setSize(content.length());
            }
            zip.putNextEntry(entry);
            zip.write(content.getBytes(UTF_8));
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    private Reply upload(byte[] archive) {
        return plane.post("/v1/assets", BodyPublishers.ofByteArray(archive));
    }

    @Test
    void whatWasUploadedComesBackByteByByte() throws IOException, InterruptedException {
        byte[] archive = archive(ZipOutputStream.STORED, "hello ".repeat(400_000));
        Reply reply = upload(archive);
        assertThat(reply.status()).isEqualTo(201);
        var info = reply.as(BundleInfo.class);
        assertThat(info.sha256()).isEqualTo(Sha256.of(archive));
        assertThat(info.files()).isEqualTo(1);
        assertThat(upload(archive).status()).isEqualTo(200);
        var back =
                plane.client()
                        .send(
                                plane.request("/v1/assets/" + info.sha256())
                                        .header("authorization", "Bearer " + plane.token("join"))
                                        .build(),
                                BodyHandlers.ofByteArray());
        assertThat(back.body()).isEqualTo(archive);
        assertThat(back.headers().firstValue("content-type")).hasValue("application/zip");
    }

    @Test
    void whatIsNotSoundIsRefusedWithTheReason() throws IOException {
        byte[] damaged =
                new String(archive(ZipOutputStream.STORED, "hello"), ISO_8859_1)
                        .replace("hello", "jello")
                        .getBytes(ISO_8859_1);
        Reply reply = upload(damaged);
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("invalid-assets");
        assertThat(reply.detail()).isEqualTo("the archive has index.html damaged");
        assertThat(upload("no archive at all, but long enough".getBytes(UTF_8)).detail())
                .isEqualTo("the archive is no plain ZIP file");
        assertThat(upload(archive(ZipOutputStream.DEFLATED, "0".repeat(1 << 20))).detail())
                .contains("zip -0");
    }

    @Test
    void aVersionNamesOnlyFilesThatAreStored() throws IOException {
        byte[] archive = archive(ZipOutputStream.STORED, "hello");
        var bundle = new Bundle(Sha256.of(archive), archive.length, true);
        Sha256 module = plane.module(1);
        Reply missing = plane.postVersion("site", module, Manifest.DEFAULT.with(bundle));
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.code()).isEqualTo("unknown-assets");
        upload(archive);
        assertThat(plane.postVersion("site", module, Manifest.DEFAULT.with(bundle)).status())
                .isEqualTo(201);
        var longer = new Bundle(Sha256.of(archive), archive.length + 1, true);
        assertThat(plane.postVersion("site", module, Manifest.DEFAULT.with(longer)).status())
                .isEqualTo(400);
    }
}
