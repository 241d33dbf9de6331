package app.seventv.api.web;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpStatus;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import com.mongodb.MongoTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The REST error body of both APIs: status, error_code, error (api-v4.md §1.4). */
public final class ApiErrors implements ErrorMapper {
  private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

  /** Maps failures that no endpoint caught, and those of the HTTP layer itself. */
  @Override
  public Response map(Request request, Throwable failure) {
    return switch (failure) {
      case ApiException error -> response(request, error);
      case MongoTimeoutException late -> response(request, ApiException.databaseTimeout());
      case HttpError error when error.status() == 413 && isUpload(request) ->
          response(request, ApiException.badRequest("failed to read field"));
      // A method that a path does not know is told in the header alone (api-v3.md §1).
      case HttpError error when error.status() == 405 -> Response.of(405);
      case HttpError error when isLegacy(request) -> legacy(request, error);
      case HttpError error -> Response.text(error.status(), error.clientMessage());
      default -> {
        LOG.error("{} {} failed", request.method(), request.path(), failure);
        yield response(request, new ApiException(500, ErrorCode.UNKNOWN, "internal server error"));
      }
    };
  }

  /** Clients of the old API parse every answer as JSON (api-v3.md §14.1, §16 no. 20). */
  private static boolean isLegacy(Request request) {
    String path = request.path();
    return path.startsWith("/v3/") || path.startsWith("/egvault/") || path.startsWith("/internal/");
  }

  private static Response legacy(Request request, HttpError error) {
    ErrorCode code = error.status() < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.UNKNOWN;
    return response(request, new ApiException(error.status(), code, error.clientMessage()));
  }

  private static Response response(Request request, ApiException error) {
    if (error.status() >= 500 && error.getCause() != null) {
      LOG.error("{} {} failed: {}", request.method(), request.path(), error.text(), error);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", HttpStatus.reason(error.status()));
    body.put("error_code", error.code().number());
    body.put("error", error.text());
    Response response = Json.response(error.status(), body);
    error.headers().forEach(response::header);
    return response;
  }

  /** Uploads answer an oversized body with 400 and JSON (api-v4.md §7.2, api-v3.md §7.3). */
  private static boolean isUpload(Request request) {
    return request.path().equals("/v4/emotes")
        || request.path().equals("/v3/emotes")
        || request.path().endsWith("/profile-picture");
  }
}
