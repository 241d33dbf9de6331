package app.seventv.devstack.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server in this process that keeps objects in a folder (backing-services.md §4.1). Requests
 * are signed with AWS signature version 4, addressing is path-style, and the platform's two buckets
 * exist from the start.
 *
 * <p>Differences from production: a key that is also the prefix of another key at a {@code /}
 * answers 500, bucket configuration (policy, lifecycle, CORS) answers 501.
 */
public final class DevS3 implements AutoCloseable {
  /** Access key of the only account. */
  public static final String ACCESS_KEY = "dev-access-key";

  /** Secret key of the only account. */
  public static final String SECRET_KEY = "dev-secret-key";

  /** Bucket that the CDN serves. */
  public static final String PUBLIC_BUCKET = "7tv-public";

  /** Bucket of uploads and other internal objects. */
  public static final String PRIVATE_BUCKET = "7tv-private";

  /** Region that clients sign for; the server accepts any. */
  public static final String REGION = "us-east-1";

  private static final String HOST = "127.0.0.1";
  private static final int MAX_THREADS = 32;
  private static final long MAX_SINGLE_PART_OBJECT_BYTES = 256L * 1024 * 1024;

  private final S3Proxy proxy;

  private DevS3(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Starts the server and creates the buckets that are missing.
   *
   * @param directory where objects are kept; created when absent
   * @param port TCP port on 127.0.0.1, 0 = any free one
   * @throws IOException when the folder cannot be created or the port is taken
   */
  public static DevS3 start(Path directory, int port) throws IOException {
    for (String bucket : List.of(PUBLIC_BUCKET, PRIVATE_BUCKET)) {
      Files.createDirectories(directory.resolve(bucket));
    }
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.toString()))
            .endpoint(URI.create("http://" + HOST + ":" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .v4MaxNonChunkedRequestSize(MAX_SINGLE_PART_OBJECT_BYTES)
            .jettyMaxThreads(MAX_THREADS)
            .stopTimeout(0)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IOException("object store did not start on " + HOST + ":" + port, e);
    }
    return new DevS3(proxy);
  }

  /** The port it listens on. */
  public int port() {
    return proxy.getPort();
  }

  /** The address to give to S3 clients as endpoint override. */
  public URI endpoint() {
    return URI.create("http://" + HOST + ":" + port());
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("object store did not stop", e);
    }
  }
}
