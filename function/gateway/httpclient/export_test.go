package httpclient

// SetRoots replaces the embedded authorities for connections that are made from now on.
func SetRoots(der string) (restore func()) {
	before := rootsDER
	rootsDER = der
	return func() { rootsDER = before }
}

// Verifier is verifier.
var Verifier = verifier
