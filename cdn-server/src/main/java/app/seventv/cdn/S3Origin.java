package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import app.seventv.core.content.CacheControl;
import app.seventv.core.http.HttpDate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Objects of an S3 bucket (cdn.md §4). */
final class S3Origin implements Origin {
  private final S3AsyncClient client;
  private final String bucket;
  private final Duration defaultLifetime;
  private final Duration timeout;
  private final LongSupplier nanoClock;
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);

  S3Origin(CdnOptions options, LongSupplier nanoClock) {
    this.bucket = options.bucketName();
    this.defaultLifetime = options.maxAge();
    this.timeout = options.originTimeout();
    this.nanoClock = nanoClock;
    this.client =
        S3AsyncClient.builder()
            .endpointOverride(URI.create(options.bucketEndpoint()))
            .region(Region.of(options.bucketRegion()))
            .credentialsProvider(credentials(options))
            .forcePathStyle(true)
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .maxConcurrency(options.maxOriginRequests())
                    .connectionAcquisitionTimeout(options.originTimeout()))
            .overrideConfiguration(
                c -> c.apiCallTimeout(timeout).retryStrategy(r -> r.maxAttempts(1)))
            .build();
  }

  private static AwsCredentialsProvider credentials(CdnOptions options) {
    String accessKey = options.accessKey();
    String secretKey = options.secretKey();
    return accessKey.isEmpty() || secretKey.isEmpty()
        ? AnonymousCredentialsProvider.create()
        : StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
  }

  @Override
  public CompletableFuture<CachedObject> fetch(String key) {
    return client
        .getObject(request -> request.bucket(bucket).key(key), new ObjectBodyReader(memory))
        .handle((object, failure) -> object != null ? keep(object) : failed(failure));
  }

  private CachedObject keep(ObjectBodyReader.Fetched fetched) {
    GetObjectResponse head = fetched.head();
    Instant modified = head.lastModified();
    return CachedObject.found(
        new ObjectHead(
            head.contentType(),
            head.eTag(),
            modified == null ? HttpDate.INVALID : modified.getEpochSecond(),
            lifetime(head.cacheControl(), head.expiresString(), defaultLifetime, Instant.now())),
        fetched.body(),
        nanoClock.getAsLong());
  }

  private CachedObject failed(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NoSuchKeyException) {
      return CachedObject.notFound(nanoClock.getAsLong());
    }
    if (cause instanceof ApiCallTimeoutException) {
      throw new OriginFailure(Kind.TIMEOUT, "no answer within " + timeout);
    }
    throw new OriginFailure(Kind.ERROR, String.valueOf(cause));
  }

  /** How long an object may be kept (cdn.md §5.2). */
  static Duration lifetime(
      @Nullable String cacheControl, @Nullable String expires, Duration fallback, Instant now) {
    long maxAge = CacheControl.parse(cacheControl).seconds("max-age");
    if (maxAge != CacheControl.ABSENT) {
      return Duration.ofSeconds(maxAge);
    }
    if (expires != null) {
      long until = HttpDate.parse(expires.strip());
      if (until != HttpDate.INVALID && until > now.getEpochSecond()) {
        return Duration.between(now, Instant.ofEpochSecond(until));
      }
    }
    return fallback;
  }

  /** Direct memory held by object bodies. */
  long directBytes() {
    return memory.metric().usedDirectMemory();
  }

  @Override
  public void close() {
    client.close();
  }

  /** Takes the bytes apart from the allocator's point of view: exact size, never pooled. */
  static ByteBuf allocate(UnpooledByteBufAllocator memory, int bytes) {
    return memory.directBuffer(bytes, bytes);
  }
}
