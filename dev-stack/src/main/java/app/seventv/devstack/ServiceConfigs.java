package app.seventv.devstack;

import app.seventv.devstack.login.DevLogin;
import app.seventv.devstack.s3.DevS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes one TOML file per service, with the keys of operations.md §3 and the ports of a run. */
final class ServiceConfigs {
  /** Key of the embedded search engine. */
  static final String TYPESENSE_API_KEY = "dev-typesense-key";

  private static final String IMAGE_PROCESSOR_DATABASE = "scuffle-image-processor";

  private final Addresses at;
  private final Path projectRoot;
  private final DevCertificate certificate;

  ServiceConfigs(Addresses addresses, Path projectRoot, DevCertificate certificate) {
    this.at = addresses;
    this.projectRoot = projectRoot;
    this.certificate = certificate;
  }

  /** Writes the file of {@code service} into {@code folder} and returns its path. */
  Path write(Service service, Path folder) throws IOException {
    Path file = folder.resolve(service.serviceName() + ".toml");
    Files.createDirectories(folder);
    return Files.writeString(file, text(service));
  }

  private String text(Service service) {
    return common(service)
        + switch (service) {
          case API -> api();
          case CDN -> cdn();
          case EVENTS -> events();
          case CHANGE_STREAM -> database("7tv") + nats();
          case SEARCH_INDEX -> database("7tv") + nats() + typesense();
          case IMAGE_PROCESSOR -> imageProcessor();
          case WEBSITE -> website(Port.WEBSITE, "site");
          case WEBSITE_OLD -> website(Port.WEBSITE_OLD, "site-old");
        };
  }

  private String common(Service service) {
    return """
    # Written by the development stack at every start; change it there.
    level = "info"
    metrics_bind_address = "%s"
    drain_time = "2s"
    """
        .formatted(at.hostPort(service.adminPort()));
  }

  private String api() {
    return """

    [api]
    bind = "%s"
    api_origin = "%s"
    website_origin = "%s"
    old_website_origin = "%s"
    cdn_origin = "%s/"
    domain = "localhost"
    cors_allowed_credential_origins = ["%s", "%s"]

    [jwt]
    secret = "development-secret-of-no-value-outside"
    issuer = "seventv-api"

    [image_processor]
    address = ["%s"]
    event_queue_name = "nats"
    event_queue_topic_prefix = "image_processor"
    input_drive_name = "%s"
    output_drive_name = "%s"

    [connections.twitch]
    enabled = true
    client_id = "%s"
    client_secret = "%s"
    authorize_url = "%s"
    token_url = "%s"
    profile_url = "%s"
    """
            .formatted(
                at.hostPort(Port.API),
                at.origin(Port.API),
                at.origin(Port.WEBSITE),
                at.origin(Port.WEBSITE_OLD),
                at.origin(Port.CDN_HTTP),
                at.origin(Port.WEBSITE),
                at.origin(Port.WEBSITE_OLD),
                at.hostPort(Port.IMAGE_PROCESSOR_GRPC),
                DevS3.PRIVATE_BUCKET,
                DevS3.PUBLIC_BUCKET,
                DevLogin.CLIENT_ID,
                DevLogin.CLIENT_SECRET,
                at.http(Port.LOGIN, DevLogin.AUTHORIZE_PATH),
                at.http(Port.LOGIN, DevLogin.TOKEN_PATH),
                at.http(Port.LOGIN, DevLogin.PROFILE_PATH))
        + database("7tv")
        + nats()
        + typesense();
  }

  private String cdn() {
    return """

    [cdn]
    bind = "%s"
    secure_bind = "%s"
    http3 = true
    allow_insecure = true
    cache_capacity = "64 MiB"

    [cdn.tls]
    cert = "%s"
    key = "%s"

    [cdn.bucket]
    name = "%s"
    region = "%s"
    endpoint = "%s"

    [cdn.bucket.credentials]
    access_key = "%s"
    secret_key = "%s"

    [pod]
    name = "cdn-dev"
    """
            .formatted(
                at.hostPort(Port.CDN_HTTP),
                at.hostPort(Port.CDN_HTTPS),
                certificate.certificateFile(),
                certificate.keyFile(),
                DevS3.PUBLIC_BUCKET,
                DevS3.REGION,
                at.http(Port.S3, ""),
                DevS3.ACCESS_KEY,
                DevS3.SECRET_KEY)
        + nats();
  }

  private String events() {
    return """

    [event_api]
    bind = "%s"
    secure_bind = "%s"
    cdn_origin = "%s"

    [event_api.tls]
    cert = "%s"
    key = "%s"

    [pod]
    name = "event-api-dev"
    """
            .formatted(
                at.hostPort(Port.EVENTS_WS),
                at.hostPort(Port.EVENTS_WSS),
                at.origin(Port.CDN_HTTP),
                certificate.certificateFile(),
                certificate.keyFile())
        + nats();
  }

  private String imageProcessor() {
    return """

    [management.grpc]
    enabled = true
    bind = "%s"

    [management.http]
    enabled = false

    [worker]
    enabled = true
    polling_interval = "250ms"
    """
            .formatted(at.hostPort(Port.IMAGE_PROCESSOR_GRPC))
        + database(IMAGE_PROCESSOR_DATABASE)
        + drive(DevS3.PRIVATE_BUCKET)
        + drive(DevS3.PUBLIC_BUCKET)
        + """

        [[event_queues]]
        kind = "nats"
        name = "nats"
        servers = ["%s"]
        message_encoding = "protobuf"
        """
            .formatted(at.natsUri());
  }

  private String drive(String bucket) {
    return """

    [[drives]]
    kind = "s3"
    name = "%1$s"
    bucket = "%1$s"
    region = "%2$s"
    endpoint = "%3$s"
    access_key = "%4$s"
    secret_key = "%5$s"
    force_path_style = true
    """
        .formatted(bucket, DevS3.REGION, at.http(Port.S3, ""), DevS3.ACCESS_KEY, DevS3.SECRET_KEY);
  }

  private String website(Port port, String site) {
    return """

    [website]
    bind = "%s"
    site = "%s"
    root = "%s"
    website_origin = "%s"
    old_website_origin = "%s"
    api_origin = "%s"
    internal_api_origin = "%s"
    event_api_origin = "%s"
    cdn_origin = "%s"
    image_origins = ["%s"]
    """
        .formatted(
            at.hostPort(port),
            site,
            projectRoot.resolve("websites").resolve(site).resolve("dist"),
            at.origin(Port.WEBSITE),
            at.origin(Port.WEBSITE_OLD),
            at.origin(Port.API),
            at.http(Port.API, ""),
            at.origin(Port.EVENTS_WS),
            at.origin(Port.CDN_HTTP),
            at.http(Port.LOGIN, ""));
  }

  private String database(String name) {
    return """

    [database]
    uri = "%s"
    """
        .formatted(at.mongoUri(name));
  }

  private String nats() {
    return """

    [nats]
    servers = ["%s"]
    """
        .formatted(at.natsUri());
  }

  private String typesense() {
    return """

    [typesense]
    uri = "%s"
    api_key = "%s"
    """
        .formatted(at.http(Port.TYPESENSE, ""), TYPESENSE_API_KEY);
  }
}
