package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import app.seventv.core.content.EntityTag;
import app.seventv.core.http.HttpDate;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects of an S3 bucket (cdn.md §4). */
final class S3Origin implements Origin {
  /** Connections per running fetch: the first request and the second one (HedgedOrigin). */
  private static final int REQUESTS_PER_FETCH = 2;

  private static final int OK = 200;
  private static final int NOT_MODIFIED = 304;
  private static final Set<String> UNENCODED = Set.of("identity", "aws-chunked");

  private final OriginLoops loops = new OriginLoops();
  private final S3AsyncClient client;
  private final String bucket;
  private final Duration defaultLifetime;

  S3Origin(CdnOptions options) {
    this.bucket = options.bucketName();
    this.defaultLifetime = options.maxAge();
    this.client =
        S3AsyncClient.builder()
            .endpointOverride(URI.create(options.bucketEndpoint()))
            .region(Region.of(options.bucketRegion()))
            .credentialsProvider(credentials(options))
            .forcePathStyle(true)
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .eventLoopGroup(
                        SdkEventLoopGroup.create(
                            loops, () -> StrictResponses.newChannel(loops::answered)))
                    .maxConcurrency(options.maxOriginRequests() * REQUESTS_PER_FETCH)
                    // Each wait has a deadline of ours, which knows what for: the head's is
                    // HedgedOrigin's, a body's BodyDeadline's or PassStream's. This one would cut
                    // what the setting allows, and bodies whose client takes its time.
                    .readTimeout(Duration.ZERO)
                    .connectionTimeout(options.originTimeout())
                    .tlsNegotiationTimeout(options.originTimeout())
                    .connectionAcquisitionTimeout(options.originTimeout()))
            .overrideConfiguration(c ->
                c.retryStrategy(r -> r.maxAttempts(1)).addExecutionInterceptor(new DateFields()))
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
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    GetObjectRequest request =
        GetObjectRequest.builder().bucket(bucket).key(key).ifNoneMatch(etag).build();
    S3Body body = new S3Body();
    CompletableFuture<Void> call = client.getObject(request, body);
    CompletableFuture<OriginAnswer> result = new CompletableFuture<>();
    result.whenComplete((answer, failure) -> {
      if (result.isCancelled()) {
        call.cancel(true);
      }
    });
    // What fails before the transformer is asked, e.g. the credentials, ends the call alone.
    call.whenComplete((done, failure) -> {
      if (failure != null) {
        body.head().completeExceptionally(failure);
      }
    });
    body.head()
        .whenComplete((response, failure) -> {
          try {
            OriginAnswer answer = response != null ? found(response, body) : unwrap(failure);
            if (!result.complete(answer)) {
              answer.discard();
            }
          } catch (OriginFailure e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private OriginAnswer found(GetObjectResponse response, S3Body body) {
    String objection = objection(response);
    if (objection != null) {
      body.subscribe(new BodyDiscard());
      throw new OriginFailure(Kind.REFUSED, objection);
    }
    Long length = response.contentLength();
    return new OriginAnswer.Found(head(response), length == null ? -1 : length, body);
  }

  /** Why an answer is not the object, or null if it is. */
  private static @Nullable String objection(GetObjectResponse response) {
    SdkHttpResponse http = response.sdkHttpResponse();
    if (http.statusCode() != OK) {
      return "status " + http.statusCode(); // of the class 2xx: all else is an error to the SDK
    }
    if (isEncoded(response.contentEncoding())) {
      // We would have to pass the field on, or decode: no image of ours is stored like that.
      return "encoded as " + response.contentEncoding();
    }
    if (response.contentLength() == null
        && http.firstMatchingHeader("transfer-encoding").isEmpty()) {
      // It would end with its connection, however that comes about.
      return "neither a length nor chunks";
    }
    return null;
  }

  /** Whether the bytes are not the image's own; the way of an upload's signature does not count. */
  private static boolean isEncoded(@Nullable String contentEncoding) {
    return contentEncoding != null
        && !contentEncoding.isBlank()
        && !UNENCODED.contains(contentEncoding.strip().toLowerCase(Locale.ROOT));
  }

  private ObjectHead head(GetObjectResponse response) {
    Instant modified = response.lastModified();
    EntityTag tag = EntityTag.parse(response.eTag());
    return new ObjectHead(
        response.contentType(),
        tag == null || tag.isWeak() ? null : tag.toString(),
        modified == null ? HttpDate.INVALID : modified.getEpochSecond(),
        Lifetimes.of(
            response.cacheControl(), response.expiresString(), defaultLifetime, Instant.now()));
  }

  private OriginAnswer unwrap(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NoSuchKeyException) {
      return new OriginAnswer.NotFound();
    }
    if (cause instanceof S3Exception error) {
      if (error.statusCode() == NOT_MODIFIED) {
        return notModified(error.awsErrorDetails());
      }
      boolean refused = error.statusCode() / 100 == 4;
      throw new OriginFailure(refused ? Kind.REFUSED : Kind.ERROR, "status " + error.statusCode());
    }
    throw OriginFailure.of(cause);
  }

  private OriginAnswer notModified(@Nullable AwsErrorDetails details) {
    SdkHttpResponse response = details == null ? null : details.sdkHttpResponse();
    if (response == null) {
      return new OriginAnswer.NotModified();
    }
    String modified = response.firstMatchingHeader("last-modified").orElse(null);
    String cacheControl = String.join(",", response.matchingHeaders("cache-control"));
    String expires = response.firstMatchingHeader("expires").orElse(null);
    boolean news = !cacheControl.isEmpty() || expires != null;
    return new OriginAnswer.NotModified(
        response.firstMatchingHeader("etag").orElse(null),
        modified == null ? HttpDate.INVALID : HttpDate.parse(modified),
        news ? Lifetimes.of(cacheControl, expires, defaultLifetime, Instant.now()) : null);
  }

  @Override
  public void close() {
    client.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
