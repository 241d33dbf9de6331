/** Tests of the development object store. */
@NullMarked
package app.seventv.devstack.s3;

import org.jspecify.annotations.NullMarked;
