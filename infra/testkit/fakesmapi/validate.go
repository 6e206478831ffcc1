package fakesmapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// wrong returns what Amazon has against a manifest, in its words.
func (s *Service) wrong(m object, new bool) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains([]string{"manifestVersion", "publishingInformation", "privacyAndCompliance", "permissions", "events", "apis"}, name) {
			say("Object instance at property path \"$.manifest\" has unexpected property: %q.", name)
		}
	}
	locales := at(m, "publishingInformation", "locales")
	if len(locales) == 0 {
		say("Object instance at property path \"$.manifest.publishingInformation.locales\" is empty.")
	}
	for _, locale := range slices.Sorted(maps.Keys(locales)) {
		path := "$.manifest.publishingInformation.locales." + locale
		name, _ := at(locales, locale)["name"].(string)
		if n := utf8.RuneCountInString(name); n < 2 || n > 50 || strings.Contains(strings.ToLower(name), "alexa") {
			say("String instance with value %q at property path \"%s.name\" is not a valid skill name.", name, path)
		}
		if phrases, _ := at(locales, locale)["examplePhrases"].([]any); len(phrases) > 4 {
			say("Size of Array instance at property path \"%s.examplePhrases\" is outside the allowed range: Actual number of items: %d, Maximum number of items: 4.", path, len(phrases))
		}
	}
	apis := at(m, "apis")
	if len(apis) == 0 {
		say("Object instance at property path \"$.manifest.apis\" is empty.")
	}
	for _, api := range slices.Sorted(maps.Keys(apis)) {
		path := "$.manifest.apis." + api
		endpoints := endpoints(m, api)
		if len(endpoints) == 0 && (s.options.NeedsEndpoint || !new) {
			say("Object instance at property path %q is missing required property: \"endpoint\".", path)
		}
		for _, e := range endpoints {
			if !strings.HasPrefix(e, "arn") {
				say("String instance with value %q at property path \"%s.endpoint.uri\" does not match the regular expression: \"^(arn|https://)\".", e, path)
			}
		}
		for _, region := range slices.Sorted(maps.Keys(at(apis, api, "regions"))) {
			if !slices.Contains([]string{"NA", "EU", "FE"}, region) {
				say("Object instance at property path \"%s.regions\" has unexpected property: %q.", path, region)
			}
		}
		if api == "smartHome" && apis["smartHome"].(object)["protocolVersion"] == nil {
			say("Object instance at property path %q is missing required property: \"protocolVersion\".", path)
		}
	}
	return all
}

// endpoints returns the endpoints of an API in a manifest.
func endpoints(m object, api string) []string {
	var all []string
	if uri, ok := at(m, "apis", api, "endpoint")["uri"].(string); ok {
		all = append(all, uri)
	}
	regions := at(m, "apis", api, "regions")
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		if uri, ok := at(regions, region, "endpoint")["uri"].(string); ok {
			all = append(all, uri)
		}
	}
	return all
}

// uninvokable returns what Amazon finds only after it has accepted a manifest: that the
// skill may not invoke its endpoint.
func (s *Service) uninvokable(m object, id string) []string {
	var all []string
	for _, api := range slices.Sorted(maps.Keys(at(m, "apis"))) {
		principal := "alexa-connectedhome.amazon.com"
		if api == "custom" {
			principal = "alexa-appkit.amazon.com"
		}
		for _, e := range endpoints(m, api) {
			if s.options.Invokable != nil && !s.options.Invokable(e, principal, id) {
				all = append(all, fmt.Sprintf("The trigger setting for the Lambda %s is invalid. Error code: SkillManifestError", e))
			}
		}
	}
	return slices.Compact(all)
}
