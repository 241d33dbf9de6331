package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import java.util.List;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Rewrites the dates of an answer in the one form that the SDK reads, and leaves out what is no
 * date: an unreadable {@code Last-Modified} fails a fetch in the SDK, and an unreadable {@code
 * Expires} is a warning of many lines in the log, each time.
 */
final class DateFields implements ExecutionInterceptor {
  private static final List<String> FIELDS = List.of("Last-Modified", "Expires");

  @Override
  public SdkHttpResponse modifyHttpResponse(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    SdkHttpResponse response = context.httpResponse();
    for (String field : FIELDS) {
      String text = response.firstMatchingHeader(field).orElse(null);
      if (text != null) {
        response = with(response, field, MailDate.parse(text));
      }
    }
    return response;
  }

  private static SdkHttpResponse with(SdkHttpResponse response, String field, long seconds) {
    return response.copy(changed -> {
      changed.removeHeader(field);
      if (seconds != HttpDate.INVALID) {
        changed.putHeader(field, HttpDate.format(seconds));
      }
    });
  }
}
