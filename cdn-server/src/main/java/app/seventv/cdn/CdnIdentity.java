package app.seventv.cdn;

import org.jspecify.annotations.Nullable;

/**
 * What every response tells about this instance.
 *
 * @param altSvc value of {@code alt-svc}, or null without HTTP/3
 */
record CdnIdentity(String serverName, String node, String pod, @Nullable String altSvc) {}
