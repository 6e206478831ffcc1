package alexa

// A Region is an AWS region in which Alexa looks for skills.
type Region struct {
	Name     string   // of AWS, "eu-west-1"
	Console  string   // what the Alexa developer console calls it
	Locales  []string // of the Amazon accounts whose Smart Home skills must live there
	ClientID string   // how Alexa identifies itself to Home Assistant when an account is linked; the slash at the end belongs to it
	API      string   // address of Login with Amazon's profile API
	Code     string   // what a skill's manifest calls it, "EU"
	Events   string   // address of the event gateway, to which proactive events are sent
}

// ReturnURL returns where an account linking ends for the skills of a developer, who is
// known by a vendor id. Alexa uses one such address a region, whatever the region of the
// skill.
func (r Region) ReturnURL(vendor string) string { return r.ClientID + "api/skill/link/" + vendor }

// Regions are the three regions of Alexa. Which one counts is decided by the locale
// of the owner's Amazon account, not by where they live. nl-NL and ar-SA are missing
// in Amazon's table and presumed from their neighbours.
var Regions = []Region{
	{
		Name: "us-east-1", Console: "North America",
		Locales:  []string{"en-US", "en-CA", "es-US", "es-MX", "fr-CA", "pt-BR"},
		ClientID: "https://pitangui.amazon.com/", API: "https://api.amazon.com",
		Code: "NA", Events: "https://api.amazonalexa.com/v3/events",
	},
	{
		Name: "eu-west-1", Console: "Europe, India",
		Locales:  []string{"en-GB", "en-IN", "hi-IN", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "ar-SA"},
		ClientID: "https://layla.amazon.com/", API: "https://api.amazon.co.uk",
		Code: "EU", Events: "https://api.eu.amazonalexa.com/v3/events",
	},
	{
		Name: "us-west-2", Console: "Far East",
		Locales:  []string{"ja-JP", "en-AU"},
		ClientID: "https://alexa.amazon.co.jp/", API: "https://api.amazon.co.jp",
		Code: "FE", Events: "https://api.fe.amazonalexa.com/v3/events",
	},
}

// RegionNamed returns the region of that name; North America's for any other name,
// which is Amazon's own default.
func RegionNamed(name string) Region {
	for _, r := range Regions {
		if r.Name == name {
			return r
		}
	}
	return Regions[0]
}

// Addresses of Login with Amazon's OAuth 2.0.
const (
	AuthorizeURL = "https://www.amazon.com/ap/oa"
	TokenURL     = "https://api.amazon.com/auth/o2/token"
)

// ManagementURL is the address of Amazon's Skill Management API, which is one for all
// regions.
const ManagementURL = "https://api.amazonalexa.com"

// What an application may do for a developer who logs in with Amazon.
const (
	SkillsScope = "alexa::ask:skills:readwrite" // skills, their manifests and account linking
	ModelsScope = "alexa::ask:models:readwrite" // interaction models
)

// EventsPermission is the permission of a skill to send events that no one asked for.
const EventsPermission = "alexa::async_event:write"

// Pages of Amazon's for developers.
const (
	SecurityProfilesPage = "https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html" // security profiles of Login with Amazon
	VendorPage           = "https://developer.amazon.com/settings/console/mycid"                         // the developer's vendor id
	SkillsPage           = "https://developer.amazon.com/alexa/console/ask"                              // the skills
)
