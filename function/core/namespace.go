package core

// A Namespace is a part of the cache, with limits and lifetimes of its own. An input
// whose result is cached names its namespace in the method CachePlace.
type Namespace string

// The namespaces.
const (
	NamespaceSettings  Namespace = "settings"
	NamespaceDiscovery Namespace = "discovery" // the last good response to Discover
	NamespaceResponse  Namespace = "response"  // results of operations; the default
	NamespaceIdentity  Namespace = "identity"  // the users that tokens belong to
	NamespaceNegative  Namespace = "negative"  // refusals, so that the same request is not repeated
)
