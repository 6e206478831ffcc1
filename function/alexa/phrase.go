package alexa

import "strings"

// Phrases are the sentences of a custom skill that are the same in every home, in
// one language.
type Phrases struct {
	Welcome     string // at the launch
	Help        string
	Goodbye     string
	Unknown     string // the sentence was not understood
	More        string // the reprompt, when the person says nothing
	Done        string // Home Assistant did it and said nothing
	Link        string // the account is not linked, or no longer
	Forbidden   string
	Unreachable string
	Busy        string
	Moment      string // said while the home takes its time
	Working     string // the home takes longer than Alexa waits
	Refused     string // the home rejected the stored token, which linking the account does not mend
	Unsupported string // the skill does not do that
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
	Welcome:     "Your home is ready. What would you like to do?",
	Help:        "You can talk to your home the way you would talk to a person. For example: turn on the kitchen light, or: what's the temperature in the bedroom? What would you like to do?",
	Goodbye:     "Goodbye.",
	Unknown:     "Sorry, I didn't get that. Try again, for example: turn on the kitchen light.",
	More:        "What would you like to do?",
	Done:        "Done.",
	Link:        "To talk to your home, please link your account in the Alexa app.",
	Forbidden:   "Sorry, that isn't allowed in this home.",
	Unreachable: "Sorry, I can't reach your home right now.",
	Busy:        "Your home is getting too many requests right now. Please try again in a minute.",
	Moment:      "One moment, please.",
	Working:     "Your home is still working on it.",
	Refused:     "Sorry, your home no longer accepts my access token. Its owner can store a new one.",
	Unsupported: "Sorry, this skill can't do that.",
	Failed:      "Sorry, something went wrong.",
}

var german = Phrases{
	Welcome:     "Dein Zuhause ist bereit. Was möchtest du tun?",
	Help:        "Du kannst mit deinem Zuhause ganz normal sprechen. Sag zum Beispiel: Schalte das Küchenlicht ein, oder: Wie warm ist es im Schlafzimmer? Was möchtest du tun?",
	Goodbye:     "Tschüss.",
	Unknown:     "Das habe ich leider nicht verstanden. Versuch es noch einmal, zum Beispiel mit: Schalte das Küchenlicht ein.",
	More:        "Was möchtest du tun?",
	Done:        "Erledigt.",
	Link:        "Bitte verknüpfe zuerst dein Konto in der Alexa-App.",
	Forbidden:   "Das ist in diesem Zuhause leider nicht erlaubt.",
	Unreachable: "Ich kann dein Zuhause gerade nicht erreichen.",
	Busy:        "Dein Zuhause bekommt gerade zu viele Anfragen. Bitte versuch es in einer Minute noch einmal.",
	Moment:      "Einen Moment, bitte.",
	Working:     "Dein Zuhause arbeitet noch daran.",
	Refused:     "Dein Zuhause akzeptiert mein Zugriffstoken nicht mehr. Bitte hinterlege ein neues.",
	Unsupported: "Das kann dieser Skill leider nicht.",
	Failed:      "Da ist leider etwas schiefgelaufen.",
}

var french = Phrases{
	Welcome:     "Votre maison est prête. Que voulez-vous faire ?",
	Help:        "Vous pouvez parler à votre maison comme à une personne. Dites par exemple : allume la lumière de la cuisine, ou : quelle est la température dans la chambre ? Que voulez-vous faire ?",
	Goodbye:     "Au revoir.",
	Unknown:     "Désolée, je n'ai pas compris. Réessayez, par exemple : allume la lumière de la cuisine.",
	More:        "Que voulez-vous faire ?",
	Done:        "C'est fait.",
	Link:        "Pour parler à votre maison, associez d'abord votre compte dans l'application Alexa.",
	Forbidden:   "Désolée, ce n'est pas autorisé dans cette maison.",
	Unreachable: "Désolée, je n'arrive pas à joindre votre maison pour le moment.",
	Busy:        "Votre maison reçoit trop de demandes en ce moment. Réessayez dans une minute.",
	Moment:      "Un instant, s'il vous plaît.",
	Working:     "Votre maison y travaille encore.",
	Refused:     "Désolée, votre maison n'accepte plus mon jeton d'accès. Il faut en enregistrer un nouveau.",
	Unsupported: "Désolée, cette skill ne sait pas faire cela.",
	Failed:      "Désolée, un problème est survenu.",
}

var spanish = Phrases{
	Welcome:     "Tu casa está lista. ¿Qué quieres hacer?",
	Help:        "Puedes hablar con tu casa como con una persona. Di, por ejemplo: enciende la luz de la cocina, o: ¿qué temperatura hay en el dormitorio? ¿Qué quieres hacer?",
	Goodbye:     "Hasta luego.",
	Unknown:     "Lo siento, no te he entendido. Inténtalo otra vez, por ejemplo: enciende la luz de la cocina.",
	More:        "¿Qué quieres hacer?",
	Done:        "Hecho.",
	Link:        "Para hablar con tu casa, vincula primero tu cuenta en la aplicación de Alexa.",
	Forbidden:   "Lo siento, eso no está permitido en esta casa.",
	Unreachable: "Lo siento, ahora mismo no puedo conectar con tu casa.",
	Busy:        "Tu casa está recibiendo demasiadas peticiones. Inténtalo de nuevo en un minuto.",
	Moment:      "Un momento, por favor.",
	Working:     "Tu casa todavía está trabajando en ello.",
	Refused:     "Lo siento, tu casa ya no acepta mi token de acceso. Hay que guardar uno nuevo.",
	Unsupported: "Lo siento, esta skill no puede hacer eso.",
	Failed:      "Lo siento, algo ha salido mal.",
}

var italian = Phrases{
	Welcome:     "La tua casa è pronta. Che cosa vuoi fare?",
	Help:        "Puoi parlare con la tua casa come con una persona. Per esempio, di': accendi la luce della cucina, oppure: che temperatura c'è in camera? Che cosa vuoi fare?",
	Goodbye:     "A presto.",
	Unknown:     "Mi dispiace, non ho capito. Riprova, per esempio: accendi la luce della cucina.",
	More:        "Che cosa vuoi fare?",
	Done:        "Fatto.",
	Link:        "Per parlare con la tua casa, collega prima il tuo account nell'app Alexa.",
	Forbidden:   "Mi dispiace, in questa casa non è permesso.",
	Unreachable: "Mi dispiace, in questo momento non riesco a raggiungere la tua casa.",
	Busy:        "La tua casa sta ricevendo troppe richieste. Riprova tra un minuto.",
	Moment:      "Un momento, per favore.",
	Working:     "La tua casa ci sta ancora lavorando.",
	Refused:     "Mi dispiace, la tua casa non accetta più il mio token di accesso. Bisogna salvarne uno nuovo.",
	Unsupported: "Mi dispiace, questa skill non può farlo.",
	Failed:      "Mi dispiace, qualcosa è andato storto.",
}

var portuguese = Phrases{
	Welcome:     "Sua casa está pronta. O que você quer fazer?",
	Help:        "Você pode falar com a sua casa como fala com uma pessoa. Diga, por exemplo: acenda a luz da cozinha, ou: qual é a temperatura do quarto? O que você quer fazer?",
	Goodbye:     "Até logo.",
	Unknown:     "Desculpe, não entendi. Tente de novo, por exemplo: acenda a luz da cozinha.",
	More:        "O que você quer fazer?",
	Done:        "Feito.",
	Link:        "Para falar com a sua casa, vincule primeiro a sua conta no aplicativo Alexa.",
	Forbidden:   "Desculpe, isso não é permitido nesta casa.",
	Unreachable: "Desculpe, não consigo falar com a sua casa agora.",
	Busy:        "Sua casa está recebendo pedidos demais. Tente de novo em um minuto.",
	Moment:      "Um momento, por favor.",
	Working:     "Sua casa ainda está trabalhando nisso.",
	Refused:     "Desculpe, sua casa não aceita mais o meu token de acesso. É preciso salvar um novo.",
	Unsupported: "Desculpe, esta skill não consegue fazer isso.",
	Failed:      "Desculpe, algo deu errado.",
}

var japanese = Phrases{
	Welcome:     "おうちの準備ができました。何をしますか?",
	Help:        "人に話すように話しかけてください。たとえば、キッチンの電気をつけて、または、寝室は何度?、のように言えます。何をしますか?",
	Goodbye:     "またね。",
	Unknown:     "すみません、わかりませんでした。たとえば、キッチンの電気をつけて、のように、もう一度言ってください。",
	More:        "何をしますか?",
	Done:        "完了しました。",
	Link:        "おうちと話すには、アレクサアプリでアカウントをリンクしてください。",
	Forbidden:   "すみません、この家ではその操作は許可されていません。",
	Unreachable: "すみません、いま、おうちに接続できません。",
	Busy:        "おうちへのリクエストが多すぎます。一分ほどしてから、もう一度お試しください。",
	Moment:      "少々お待ちください。",
	Working:     "おうちはまだ処理中です。",
	Refused:     "すみません、おうちがアクセストークンを受け付けません。新しいトークンを保存してください。",
	Unsupported: "すみません、このスキルではできません。",
	Failed:      "すみません、問題が発生しました。",
}

var dutch = Phrases{
	Welcome:     "Je huis is klaar. Wat wil je doen?",
	Help:        "Je kunt gewoon met je huis praten. Zeg bijvoorbeeld: doe het keukenlicht aan, of: hoe warm is het in de slaapkamer? Wat wil je doen?",
	Goodbye:     "Tot ziens.",
	Unknown:     "Sorry, dat heb ik niet begrepen. Probeer het nog eens, bijvoorbeeld: doe het keukenlicht aan.",
	More:        "Wat wil je doen?",
	Done:        "Gedaan.",
	Link:        "Koppel eerst je account in de Alexa-app om met je huis te praten.",
	Forbidden:   "Sorry, dat mag niet in dit huis.",
	Unreachable: "Sorry, ik kan je huis op dit moment niet bereiken.",
	Busy:        "Je huis krijgt op dit moment te veel verzoeken. Probeer het over een minuut nog eens.",
	Moment:      "Een ogenblik, alsjeblieft.",
	Working:     "Je huis is er nog mee bezig.",
	Refused:     "Sorry, je huis accepteert mijn toegangstoken niet meer. Sla een nieuw token op.",
	Unsupported: "Sorry, dat kan deze skill niet.",
	Failed:      "Sorry, er ging iets mis.",
}

var hindi = Phrases{
	Welcome:     "आपका घर तैयार है। आप क्या करना चाहेंगे?",
	Help:        "आप अपने घर से वैसे ही बात कर सकते हैं जैसे किसी इंसान से। जैसे कहिए: रसोई की लाइट चालू करो, या: बेडरूम का तापमान क्या है? आप क्या करना चाहेंगे?",
	Goodbye:     "फिर मिलेंगे।",
	Unknown:     "माफ़ कीजिए, मैं समझ नहीं पाई। फिर से कहिए, जैसे: रसोई की लाइट चालू करो।",
	More:        "आप क्या करना चाहेंगे?",
	Done:        "हो गया।",
	Link:        "अपने घर से बात करने के लिए, पहले Alexa ऐप में अपना अकाउंट लिंक कीजिए।",
	Forbidden:   "माफ़ कीजिए, इस घर में इसकी अनुमति नहीं है।",
	Unreachable: "माफ़ कीजिए, अभी आपके घर से संपर्क नहीं हो पा रहा है।",
	Busy:        "आपके घर को अभी बहुत सारे अनुरोध मिल रहे हैं। कृपया एक मिनट बाद फिर से कोशिश कीजिए।",
	Moment:      "एक पल रुकिए।",
	Working:     "आपका घर अभी भी इस पर काम कर रहा है।",
	Refused:     "माफ़ कीजिए, आपका घर अब मेरा एक्सेस टोकन स्वीकार नहीं करता। कृपया नया टोकन सहेजिए।",
	Unsupported: "माफ़ कीजिए, यह स्किल ऐसा नहीं कर सकती।",
	Failed:      "माफ़ कीजिए, कुछ गड़बड़ हो गई।",
}

var arabic = Phrases{
	Welcome:     "بيتك جاهز. ماذا تريد أن تفعل؟",
	Help:        "يمكنك التحدث مع بيتك كما تتحدث مع أي شخص. قل مثلا: شغل نور المطبخ، أو: كم درجة الحرارة في غرفة النوم؟ ماذا تريد أن تفعل؟",
	Goodbye:     "مع السلامة.",
	Unknown:     "عذرا، لم أفهم ذلك. حاول مرة أخرى، مثلا: شغل نور المطبخ.",
	More:        "ماذا تريد أن تفعل؟",
	Done:        "تم.",
	Link:        "للتحدث مع بيتك، اربط حسابك أولا في تطبيق أليكسا.",
	Forbidden:   "عذرا، هذا غير مسموح في هذا البيت.",
	Unreachable: "عذرا، لا أستطيع الوصول إلى بيتك الآن.",
	Busy:        "يتلقى بيتك طلبات كثيرة الآن. حاول مرة أخرى بعد دقيقة.",
	Moment:      "لحظة من فضلك.",
	Working:     "ما زال بيتك يعمل على ذلك.",
	Refused:     "عذرا، لم يعد بيتك يقبل رمز الوصول الخاص بي. يجب حفظ رمز جديد.",
	Unsupported: "عذرا، لا تستطيع هذه المهارة القيام بذلك.",
	Failed:      "عذرا، حدث خطأ ما.",
}
