package alexa

import "strings"

// Phrases are what a custom skill says by itself, in one language.
type Phrases struct {
	Welcome     string // at the launch
	Help        string
	Goodbye     string
	Unknown     string // what was said could not be understood
	More        string // when nobody answers
	Done        string // Home Assistant did it without a word
	Link        string // the account is not linked, or no longer
	Forbidden   string
	Unreachable string
	Busy        string
	Failed      string // anything else
}

// PhrasesFor returns the phrases for a locale such as "de-AT": those of its
// language, or the English ones.
func PhrasesFor(locale string) *Phrases {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch language {
	case "de":
		return &german
	case "fr":
		return &french
	case "es":
		return &spanish
	case "it":
		return &italian
	case "pt":
		return &portuguese
	case "nl":
		return &dutch
	case "ja":
		return &japanese
	case "hi":
		return &hindi
	case "ar":
		return &arabic
	}
	return &english
}

var english = Phrases{
	Welcome:     "Your home is listening. What shall it do?",
	Help:        "Say what your home shall do, as you would say it to a person: turn on the kitchen light, or what is the temperature in the bedroom. What shall it be?",
	Goodbye:     "Goodbye.",
	Unknown:     "I did not get that. Say it again, for example: turn on the kitchen light.",
	More:        "What shall your home do?",
	Done:        "Done.",
	Link:        "I may not talk to your home yet. Please link your account in the Alexa app.",
	Forbidden:   "I am not allowed to do that in your home.",
	Unreachable: "I cannot reach your home at the moment.",
	Busy:        "Your home is asked too much at the moment. Please try again in a minute.",
	Failed:      "Something went wrong on the way to your home.",
}

var german = Phrases{
	Welcome:     "Dein Zuhause hört zu. Was soll es tun?",
	Help:        "Sag, was dein Zuhause tun soll, so wie du es einem Menschen sagen würdest: schalte das Küchenlicht ein, oder wie warm ist es im Schlafzimmer. Was soll es sein?",
	Goodbye:     "Tschüss.",
	Unknown:     "Das habe ich nicht verstanden. Sag es noch einmal, zum Beispiel: schalte das Küchenlicht ein.",
	More:        "Was soll dein Zuhause tun?",
	Done:        "Erledigt.",
	Link:        "Ich darf noch nicht mit deinem Zuhause sprechen. Bitte verknüpfe dein Konto in der Alexa-App.",
	Forbidden:   "Das darf ich in deinem Zuhause nicht.",
	Unreachable: "Ich kann dein Zuhause gerade nicht erreichen.",
	Busy:        "Dein Zuhause wird gerade zu viel gefragt. Bitte versuch es in einer Minute noch einmal.",
	Failed:      "Auf dem Weg zu deinem Zuhause ist etwas schiefgegangen.",
}

var french = Phrases{
	Welcome:     "Votre maison vous écoute. Que doit-elle faire ?",
	Help:        "Dites ce que votre maison doit faire, comme vous le diriez à une personne : allume la lumière de la cuisine, ou quelle est la température de la chambre. Que puis-je demander ?",
	Goodbye:     "Au revoir.",
	Unknown:     "Je n'ai pas compris. Répétez, par exemple : allume la lumière de la cuisine.",
	More:        "Que doit faire votre maison ?",
	Done:        "C'est fait.",
	Link:        "Je ne peux pas encore parler à votre maison. Associez votre compte dans l'application Alexa.",
	Forbidden:   "Je n'ai pas le droit de faire cela chez vous.",
	Unreachable: "Je n'arrive pas à joindre votre maison pour le moment.",
	Busy:        "Votre maison reçoit trop de demandes. Réessayez dans une minute.",
	Failed:      "Quelque chose s'est mal passé sur le chemin de votre maison.",
}

var spanish = Phrases{
	Welcome:     "Tu casa te escucha. ¿Qué debe hacer?",
	Help:        "Di lo que tu casa debe hacer, como se lo dirías a una persona: enciende la luz de la cocina, o cuál es la temperatura del dormitorio. ¿Qué quieres?",
	Goodbye:     "Hasta luego.",
	Unknown:     "No lo he entendido. Dilo otra vez, por ejemplo: enciende la luz de la cocina.",
	More:        "¿Qué debe hacer tu casa?",
	Done:        "Hecho.",
	Link:        "Todavía no puedo hablar con tu casa. Vincula tu cuenta en la aplicación de Alexa.",
	Forbidden:   "No tengo permiso para hacer eso en tu casa.",
	Unreachable: "Ahora mismo no puedo conectar con tu casa.",
	Busy:        "Tu casa recibe demasiadas peticiones. Inténtalo de nuevo en un minuto.",
	Failed:      "Algo ha fallado en el camino a tu casa.",
}

var italian = Phrases{
	Welcome:     "La tua casa ti ascolta. Che cosa deve fare?",
	Help:        "Di' che cosa deve fare la tua casa, come lo diresti a una persona: accendi la luce della cucina, oppure qual è la temperatura in camera. Che cosa vuoi?",
	Goodbye:     "A presto.",
	Unknown:     "Non ho capito. Ripetilo, per esempio: accendi la luce della cucina.",
	More:        "Che cosa deve fare la tua casa?",
	Done:        "Fatto.",
	Link:        "Non posso ancora parlare con la tua casa. Collega il tuo account nell'app Alexa.",
	Forbidden:   "Non ho il permesso di farlo in casa tua.",
	Unreachable: "In questo momento non riesco a raggiungere la tua casa.",
	Busy:        "La tua casa riceve troppe richieste. Riprova fra un minuto.",
	Failed:      "Qualcosa è andato storto sulla strada verso la tua casa.",
}

var portuguese = Phrases{
	Welcome:     "Sua casa está ouvindo. O que ela deve fazer?",
	Help:        "Diga o que sua casa deve fazer, como diria a uma pessoa: acenda a luz da cozinha, ou qual é a temperatura do quarto. O que vai ser?",
	Goodbye:     "Até logo.",
	Unknown:     "Não entendi. Diga de novo, por exemplo: acenda a luz da cozinha.",
	More:        "O que sua casa deve fazer?",
	Done:        "Feito.",
	Link:        "Ainda não posso falar com a sua casa. Vincule sua conta no aplicativo Alexa.",
	Forbidden:   "Não tenho permissão para fazer isso na sua casa.",
	Unreachable: "Não consigo falar com a sua casa agora.",
	Busy:        "Sua casa está recebendo pedidos demais. Tente de novo em um minuto.",
	Failed:      "Algo deu errado no caminho até a sua casa.",
}

var japanese = Phrases{
	Welcome:     "おうちにつながりました。何をしますか?",
	Help:        "人に話すように、おうちにしてほしいことを言ってください。たとえば、キッチンの明かりをつけて、または、寝室の温度は何度、のように。どうしますか?",
	Goodbye:     "さようなら。",
	Unknown:     "わかりませんでした。たとえば、キッチンの明かりをつけて、のように、もう一度言ってください。",
	More:        "おうちに何をしてもらいますか?",
	Done:        "できました。",
	Link:        "まだおうちと話せません。アレクサアプリでアカウントをリンクしてください。",
	Forbidden:   "おうちでそれをすることは許可されていません。",
	Unreachable: "いま、おうちにつながりません。",
	Busy:        "おうちへのリクエストが多すぎます。一分ほどしてから、もう一度お試しください。",
	Failed:      "おうちへの途中で問題が起きました。",
}

var dutch = Phrases{
	Welcome:     "Je huis luistert. Wat moet het doen?",
	Help:        "Zeg wat je huis moet doen, zoals je het tegen een mens zou zeggen: doe het keukenlicht aan, of hoe warm is het in de slaapkamer. Wat moet het zijn?",
	Goodbye:     "Tot ziens.",
	Unknown:     "Dat heb ik niet begrepen. Zeg het nog eens, bijvoorbeeld: doe het keukenlicht aan.",
	More:        "Wat moet je huis doen?",
	Done:        "Gedaan.",
	Link:        "Ik mag nog niet met je huis praten. Koppel je account in de Alexa-app.",
	Forbidden:   "Dat mag ik in jouw huis niet.",
	Unreachable: "Ik kan je huis op dit moment niet bereiken.",
	Busy:        "Je huis krijgt nu te veel vragen. Probeer het over een minuut nog eens.",
	Failed:      "Er is iets misgegaan op weg naar je huis.",
}

var hindi = Phrases{
	Welcome:     "आपका घर सुन रहा है। उसे क्या करना है?",
	Help:        "अपने घर से वैसे ही कहिए जैसे किसी इंसान से कहते हैं: रसोई की लाइट चालू करो, या बेडरूम का तापमान क्या है। क्या करना है?",
	Goodbye:     "फिर मिलेंगे।",
	Unknown:     "मैं समझ नहीं पाई। फिर से कहिए, जैसे: रसोई की लाइट चालू करो।",
	More:        "आपके घर को क्या करना है?",
	Done:        "हो गया।",
	Link:        "मुझे अभी आपके घर से बात करने की अनुमति नहीं है। कृपया Alexa ऐप में अपना अकाउंट लिंक कीजिए।",
	Forbidden:   "मुझे आपके घर में यह करने की अनुमति नहीं है।",
	Unreachable: "अभी आपके घर से संपर्क नहीं हो पा रहा है।",
	Busy:        "आपके घर के पास अभी बहुत सारे अनुरोध हैं। कृपया एक मिनट बाद फिर से कोशिश कीजिए।",
	Failed:      "आपके घर तक पहुँचने में कुछ गड़बड़ हो गई।",
}

var arabic = Phrases{
	Welcome:     "بيتك يسمعك. ماذا تريد منه أن يفعل؟",
	Help:        "قل ما تريده من بيتك كما تقوله لأي شخص: شغلي نور المطبخ، أو كم درجة الحرارة في غرفة النوم. ماذا تريد؟",
	Goodbye:     "مع السلامة.",
	Unknown:     "لم أفهم ذلك. قله مرة أخرى، مثلا: شغلي نور المطبخ.",
	More:        "ماذا تريد من بيتك؟",
	Done:        "تم.",
	Link:        "لا يمكنني التحدث مع بيتك بعد. من فضلك اربط حسابك في تطبيق أليكسا.",
	Forbidden:   "لا يسمح لي بفعل ذلك في بيتك.",
	Unreachable: "لا أستطيع الوصول إلى بيتك الآن.",
	Busy:        "يتلقى بيتك طلبات كثيرة الآن. من فضلك حاول مرة أخرى بعد دقيقة.",
	Failed:      "حدث خطأ في الطريق إلى بيتك.",
}
