package demohome

import "math"

// The range of the colour temperature, in kelvin.
const coolest, warmest = 6535, 2000

// light is a lamp that can be dimmed, and coloured or not.
type light struct {
	id, name        string
	on              bool
	level           int // of 255
	coloured        bool
	hue, saturation float64 // degrees, percent
	kelvin          int
	white           bool // shows kelvin, not hue and saturation
}

func (l *light) about() about {
	c := []capability{has("Alexa.PowerController", "powerState"), has("Alexa.BrightnessController", "brightness")}
	if l.coloured {
		c = append(c, has("Alexa.ColorController", "color"), has("Alexa.ColorTemperatureController", "colorTemperatureInKelvin"))
	}
	return about{l.id, l.name, "LIGHT", append(c, has("Alexa.EndpointHealth", "connectivity"), has("Alexa"))}
}

func (l *light) state() (string, map[string]any) {
	a := map[string]any{"supported_features": 0, "color_mode": nil, "brightness": nil, "supported_color_modes": []string{"brightness"}}
	if l.coloured {
		a["supported_color_modes"] = []string{"color_temp", "hs"}
		a["min_color_temp_kelvin"], a["max_color_temp_kelvin"] = warmest, coolest
		a["color_temp_kelvin"], a["hs_color"] = nil, nil
	}
	if !l.on {
		return "off", a
	}
	a["brightness"], a["color_mode"] = l.level, "brightness"
	switch {
	case l.coloured && l.white:
		a["color_mode"], a["color_temp_kelvin"] = "color_temp", l.kelvin
	case l.coloured:
		a["color_mode"], a["hs_color"] = "hs", []float64{l.hue, l.saturation}
	}
	return "on", a
}

func (l *light) properties() []property {
	shown := 0
	if l.on {
		shown = l.level
	}
	all := []property{power(l.on), sample("Alexa.BrightnessController", "brightness", int(math.Round(float64(shown)/255*100)))}
	if l.coloured {
		colour := map[string]float64{"hue": 0, "saturation": 0, "brightness": 0}
		if l.on {
			hue, saturation := l.hue, l.saturation
			if l.white { // roughly the tint of a white lamp
				hue, saturation = 28, 70*float64(coolest-l.kelvin)/(coolest-warmest)
			}
			colour = map[string]float64{"hue": hue, "saturation": saturation / 100, "brightness": float64(l.level) / 255}
		}
		all = append(all, sample("Alexa.ColorController", "color", colour))
		if l.on && l.white {
			all = append(all, sample("Alexa.ColorTemperatureController", "colorTemperatureInKelvin", l.kelvin))
		}
	}
	return append(all, healthy())
}

func (l *light) do(c command) ([]property, error) {
	switch c.name {
	case "SetBrightness":
		percent, err := number(c.payload, "brightness")
		return nil, l.dim(percent, err)
	case "AdjustBrightness":
		delta, err := number(c.payload, "brightnessDelta")
		now := 0.0
		if l.on {
			now = math.Floor(float64(l.level) / 255 * 100)
		}
		return nil, l.dim(max(0, now+delta), err)
	}
	if !l.coloured || c.namespace == "Alexa.PowerController" {
		return nil, c.power(&l.on)
	}
	return nil, l.colour(c)
}

// dim sets the brightness; 0 turns the light off.
func (l *light) dim(percent float64, err error) error {
	if err != nil || percent < 0 || percent > 100 {
		return errUnknown
	}
	if l.on = percent > 0; l.on {
		l.level = int(math.Round(255 * percent / 100))
	}
	return nil
}

func (l *light) colour(c command) error {
	kelvin := float64(l.kelvin)
	switch c.name {
	case "SetColor":
		hue, err := number(c.payload, "color", "hue")
		saturation, err2 := number(c.payload, "color", "saturation")
		if err != nil || err2 != nil {
			return errUnknown
		}
		l.on, l.white = true, false
		l.hue, l.saturation = math.Floor(hue), math.Floor(saturation*100)
		return nil
	case "SetColorTemperature":
		var err error
		if kelvin, err = number(c.payload, "colorTemperatureInKelvin"); err != nil {
			return err
		}
	case "IncreaseColorTemperature":
		kelvin += 500
	case "DecreaseColorTemperature":
		kelvin -= 500
	default:
		return errUnknown
	}
	l.on, l.white, l.kelvin = true, true, int(min(max(kelvin, warmest), coolest))
	return nil
}
