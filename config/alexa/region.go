package alexa

// A Region is an AWS region in which Alexa looks for skills.
type Region struct {
	Name     string   // of AWS, "eu-west-1"
	Console  string   // what the Alexa developer console calls it
	Locales  []string // of the Amazon accounts whose Smart Home skills must live there
	ClientID string   // how Alexa identifies itself to Home Assistant when an account is linked; the slash at the end belongs to it
	API      string   // address of Login with Amazon's profile API
}

// Regions are the three regions of Alexa. Which one counts is decided by the locale
// of the owner's Amazon account, not by where they live. nl-NL and ar-SA are missing
// in Amazon's table and presumed from their neighbours.
var Regions = []Region{
	{
		Name: "us-east-1", Console: "North America",
		Locales:  []string{"en-US", "en-CA", "es-US", "es-MX", "fr-CA", "pt-BR"},
		ClientID: "https://pitangui.amazon.com/", API: "https://api.amazon.com",
	},
	{
		Name: "eu-west-1", Console: "Europe, India",
		Locales:  []string{"en-GB", "en-IN", "hi-IN", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "ar-SA"},
		ClientID: "https://layla.amazon.com/", API: "https://api.amazon.co.uk",
	},
	{
		Name: "us-west-2", Console: "Far East",
		Locales:  []string{"ja-JP", "en-AU"},
		ClientID: "https://alexa.amazon.co.jp/", API: "https://api.amazon.co.jp",
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
