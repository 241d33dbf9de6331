/** The development object store: s3proxy on a folder, in this process. */
@NullMarked
package app.seventv.devstack.s3;

import org.jspecify.annotations.NullMarked;
